extension TaskTemplate {
    /// Takes over from a job what a group leaves open.
    ///
    /// What belongs together is taken over together: a program with its arguments, an environment however it is named, a
    /// driver's size with its numbers. Spark's configuration and variables are taken over one by one.
    mutating func takeOver(_ job: TaskTemplate) {
        takeOverProgram(job)
        spark = spark ?? job.spark
        pyFiles.takeOver(job.pyFiles)
        jars.takeOver(job.jars)
        files.takeOver(job.files)
        archives.takeOver(job.archives)
        conf.merge(job.conf) { own, _ in own }
        variables.merge(job.variables) { own, _ in own }
        if environment == nil, recipe == nil { (environment, recipe) = (job.environment, job.recipe) }
        if driver.size == nil {
            driver.size = job.driver.size
            driver.cpu = driver.cpu ?? job.driver.cpu
            driver.memory = driver.memory ?? job.driver.memory
            if driver.accelerators.isEmpty { driver.accelerators = job.driver.accelerators }
        }
        executors.instances = executors.instances ?? job.executors.instances
        executors.minimum = executors.minimum ?? job.executors.minimum
        executors.maximum = executors.maximum ?? job.executors.maximum
        executors.cores = executors.cores ?? job.executors.cores
        executors.memory = executors.memory ?? job.executors.memory
        volumes.takeOver(job.volumes)
        credentials.takeOver(job.credentials)
        locality.takeOver(job.locality)
    }

    private mutating func takeOverProgram(_ job: TaskTemplate) {
        guard command.isEmpty, file == nil else { return }
        if mainClass == nil {
            (file, mainClass, command) = (job.file, job.mainClass, job.command)
            arguments.takeOver(job.arguments)
        } else if job.kind == .jvm {
            // Another class of the same jar.
            file = job.file
        }
    }
}

extension Array {
    fileprivate mutating func takeOver(_ other: Self) {
        if isEmpty { self = other }
    }
}
