extension SparkTable {
    /// Cores, and what else is counted.
    static let cores = #"""
        # Whole cores.
        jvm cluster driver.cores=2 executor.cores=4
            2000m 1408Mi, 4000m 1408Mi, 2 2 2
        python cluster driver.cores=3 executor.cores=5
            3000m 1433Mi, 5000m 1433Mi, 2 2 2
        jvm client driver.cores=2 executor.cores=4
            2000m 1408Mi, 4000m 1408Mi, 2 2 2
        jvm cluster driver.cores=+2 executor.cores=007
            2000m 1408Mi, 7000m 1408Mi, 2 2 2
        # Parts of cores, as Kubernetes writes them.
        jvm cluster kubernetes.driver.request.cores=500m kubernetes.executor.request.cores=0.25
            500m 1408Mi, 250m 1408Mi, 2 2 2
        jvm cluster kubernetes.driver.request.cores=0.1 kubernetes.executor.request.cores=1.5
            100m 1408Mi, 1500m 1408Mi, 2 2 2
        jvm cluster kubernetes.driver.request.cores=1500m kubernetes.executor.request.cores=100m
            1500m 1408Mi, 100m 1408Mi, 2 2 2
        jvm cluster kubernetes.driver.request.cores=1 kubernetes.executor.request.cores=2
            1000m 1408Mi, 2000m 1408Mi, 2 2 2
        jvm cluster kubernetes.driver.request.cores=.5 kubernetes.executor.request.cores=2.
            500m 1408Mi, 2000m 1408Mi, 2 2 2
        jvm cluster kubernetes.driver.request.cores=0 kubernetes.executor.request.cores=0m
            0m 1408Mi, 0m 1408Mi, 2 2 2
        jvm cluster kubernetes.driver.request.cores=0.0001 kubernetes.executor.request.cores=1.0009
            1m 1408Mi, 1001m 1408Mi, 2 2 2
        jvm cluster kubernetes.driver.request.cores=0.5m kubernetes.executor.request.cores=100u
            1m 1408Mi, 1m 1408Mi, 2 2 2
        jvm cluster kubernetes.driver.request.cores=250000u kubernetes.executor.request.cores=1500000000n
            250m 1408Mi, 1500m 1408Mi, 2 2 2
        jvm cluster kubernetes.driver.request.cores=1e0 kubernetes.executor.request.cores=5e-1
            1000m 1408Mi, 500m 1408Mi, 2 2 2
        jvm cluster kubernetes.driver.request.cores=1E1 kubernetes.executor.request.cores=2.5e+1
            10000m 1408Mi, 25000m 1408Mi, 2 2 2
        jvm cluster kubernetes.driver.request.cores=1k kubernetes.executor.request.cores=1Ki
            1000000m 1408Mi, 1024000m 1408Mi, 2 2 2
        jvm cluster kubernetes.driver.request.cores=0.001Mi kubernetes.executor.request.cores=0.002M
            1048576m 1408Mi, 2000000m 1408Mi, 2 2 2
        jvm cluster kubernetes.driver.request.cores=+0.5 kubernetes.executor.request.cores=00.50
            500m 1408Mi, 500m 1408Mi, 2 2 2
        jvm cluster kubernetes.driver.request.cores=0.30000000000000004 kubernetes.executor.request.cores=0.1000000000000000000001
            301m 1408Mi, 101m 1408Mi, 2 2 2
        # A request counts, whatever Spark's cores are: these are how many tasks run at once.
        jvm cluster driver.cores=4 kubernetes.driver.request.cores=500m executor.cores=4 kubernetes.executor.request.cores=1200m
            500m 1408Mi, 1200m 1408Mi, 2 2 2
        python client driver.cores=4 kubernetes.driver.request.cores=500m executor.cores=4 kubernetes.executor.request.cores=1200m
            500m 1433Mi, 1200m 1408Mi, 2 2 2
        # Limits.
        jvm cluster kubernetes.driver.limit.cores=2 kubernetes.executor.limit.cores=1500m
            1000m<2000m 1408Mi, 1000m<1500m 1408Mi, 2 2 2
        jvm cluster kubernetes.driver.limit.cores=1 kubernetes.executor.limit.cores=1000m
            1000m<1000m 1408Mi, 1000m<1000m 1408Mi, 2 2 2
        jvm cluster kubernetes.driver.request.cores=100m kubernetes.driver.limit.cores=200m executor.cores=8 kubernetes.executor.request.cores=2 kubernetes.executor.limit.cores=8
            100m<200m 1408Mi, 2000m<8000m 1408Mi, 2 2 2
        # Tasks.
        jvm cluster task.cpus=1
            1000m 1408Mi, 1000m 1408Mi, 2 2 2
        jvm cluster executor.cores=4 task.cpus=4
            1000m 1408Mi, 4000m 1408Mi, 2 2 2
        jvm cluster executor.cores=5 task.cpus=2
            1000m 1408Mi, 5000m 1408Mi, 2 2 2
        jvm cluster executor.cores=2 task.cpus=0.25
            refused task.cpus
            4.3: 1000m 1408Mi, 2000m 1408Mi, 2 2 2
        jvm cluster executor.cores=2 task.cpus=2.0
            refused task.cpus
            4.3: 1000m 1408Mi, 2000m 1408Mi, 2 2 2
        # Other resources.
        jvm cluster driver.resource.gpu.amount=1 driver.resource.gpu.vendor=nvidia.com
            1000m 1408Mi nvidia.com/gpu=1, 1000m 1408Mi, 2 2 2
        jvm cluster executor.resource.gpu.amount=2 executor.resource.gpu.vendor=nvidia.com
            1000m 1408Mi, 1000m 1408Mi nvidia.com/gpu=2, 2 2 2
        jvm cluster executor.resource.gpu.amount=2 executor.resource.gpu.vendor=nvidia.com executor.resource.fpga.amount=1 executor.resource.fpga.vendor=intel.com
            1000m 1408Mi, 1000m 1408Mi intel.com/fpga=1 nvidia.com/gpu=2, 2 2 2
        jvm cluster driver.resource.gpu.amount=1 driver.resource.gpu.vendor=amd.com executor.resource.gpu.amount=8 executor.resource.gpu.vendor=amd.com
            1000m 1408Mi amd.com/gpu=1, 1000m 1408Mi amd.com/gpu=8, 2 2 2
        python client executor.resource.gpu.amount=2 executor.resource.gpu.vendor=nvidia.com
            1000m 1433Mi, 1000m 1408Mi nvidia.com/gpu=2, 2 2 2
        jvm cluster executor.resource.gpu.amount=0 executor.resource.gpu.vendor=nvidia.com
            1000m 1408Mi, 1000m 1408Mi, 2 2 2
        jvm cluster executor.resource.gpu.amount=0
            1000m 1408Mi, 1000m 1408Mi, 2 2 2
        jvm cluster executor.resource.gpu.amount=-1
            1000m 1408Mi, 1000m 1408Mi, 2 2 2
        jvm cluster executor.resource.gpu.amount=2 executor.resource.gpu.vendor=nvidia.com executor.resource.gpu.discoveryScript=/find
            1000m 1408Mi, 1000m 1408Mi nvidia.com/gpu=2, 2 2 2
        """#
}
