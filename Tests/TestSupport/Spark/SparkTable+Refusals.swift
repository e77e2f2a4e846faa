extension SparkTable {
    /// What is refused, with the setting that the error must name.
    static let refusals = #"""
        # Sizes.
        jvm cluster driver.memory=0
            refused driver.memory
        jvm cluster driver.memory=0g
            refused driver.memory
        jvm cluster driver.memory=-1g
            refused driver.memory
        jvm cluster driver.memory=1.5g
            refused driver.memory
        jvm cluster driver.memory=2x
            refused driver.memory
        jvm cluster driver.memory=2gib
            refused driver.memory
            4.2: 1000m 2432Mi, 1000m 1408Mi, 2 2 2
        jvm cluster driver.memory=2gibi
            refused driver.memory
        jvm cluster driver.memory=2bb
            refused driver.memory
        jvm cluster driver.memory=2bi
            refused driver.memory
        jvm cluster driver.memory=2␣g
            refused driver.memory
        jvm cluster driver.memory=g
            refused driver.memory
        jvm cluster driver.memory=
            refused driver.memory
        jvm cluster driver.memory=lots
            refused driver.memory
        jvm cluster driver.memory=0x10
            refused driver.memory
        jvm cluster driver.memory=1e3
            refused driver.memory
        jvm cluster driver.memory=+1g
            refused driver.memory
        jvm cluster driver.memory=8192p
            refused driver.memory
        jvm cluster driver.memory=9223372036854775808
            refused driver.memory
        jvm cluster driver.memory=${spark.executor.memory}
            refused driver.memory
        jvm cluster executor.memory=0
            refused executor.memory
        jvm cluster executor.memory=-1g
            refused executor.memory
        jvm cluster executor.memory=1.5g
            refused executor.memory
        jvm cluster executor.memory=four
            refused executor.memory
        jvm cluster executor.memory=${spark.driver.memory}
            refused executor.memory
        jvm cluster driver.memoryOverhead=0.5g
            refused driver.memoryOverhead
        jvm cluster driver.memoryOverhead=much
            refused driver.memoryOverhead
        jvm cluster driver.memoryOverhead=--1
            refused driver.memoryOverhead
        jvm cluster driver.memoryOverhead=␣-1
            refused driver.memoryOverhead
        jvm cluster executor.memoryOverhead=-1
            refused executor.memoryOverhead
        jvm cluster executor.memoryOverhead=10%
            refused executor.memoryOverhead
        jvm cluster executor.memoryOverhead=9007199254740992g
            refused executor.memoryOverhead
        jvm cluster driver.minMemoryOverhead=0.5g
            1000m 1408Mi, 1000m 1408Mi, 2 2 2
            4.0: refused driver.minMemoryOverhead
        jvm cluster executor.minMemoryOverhead=much
            1000m 1408Mi, 1000m 1408Mi, 2 2 2
            4.0: refused executor.minMemoryOverhead
        jvm cluster executor.pyspark.memory=-1
            refused executor.pyspark.memory
        python cluster executor.pyspark.memory=-1
            refused executor.pyspark.memory
        jvm cluster executor.pyspark.memory=0.5g
            refused executor.pyspark.memory
        jvm cluster memory.offHeap.enabled=true
            refused memory.offHeap.size
        jvm cluster memory.offHeap.enabled=true memory.offHeap.size=0
            refused memory.offHeap.size
        jvm cluster memory.offHeap.enabled=true memory.offHeap.size=1048575
            refused memory.offHeap.size
        jvm cluster memory.offHeap.enabled=true memory.offHeap.size=512
            refused memory.offHeap.size
        jvm cluster memory.offHeap.enabled=true memory.offHeap.size=2p
            refused memory.offHeap.size
        jvm cluster memory.offHeap.size=-1
            refused memory.offHeap.size
        jvm cluster memory.offHeap.size=some
            refused memory.offHeap.size
        jvm cluster memory.offHeap.enabled=yes
            refused memory.offHeap.enabled
        jvm cluster memory.offHeap.enabled=1
            refused memory.offHeap.enabled
        # Factors.
        jvm cluster driver.memoryOverheadFactor=0
            refused driver.memoryOverheadFactor
        jvm cluster driver.memoryOverheadFactor=-0.1
            refused driver.memoryOverheadFactor
        jvm cluster driver.memoryOverheadFactor=10%
            refused driver.memoryOverheadFactor
        jvm cluster driver.memoryOverheadFactor=NaN
            refused driver.memoryOverheadFactor
        jvm cluster driver.memoryOverheadFactor=
            refused driver.memoryOverheadFactor
        jvm cluster driver.memoryOverhead=1g driver.memoryOverheadFactor=0
            refused driver.memoryOverheadFactor
        jvm cluster executor.memoryOverheadFactor=0
            refused executor.memoryOverheadFactor
        jvm cluster executor.memoryOverheadFactor=0,2
            refused executor.memoryOverheadFactor
        jvm cluster executor.memoryOverhead=1g executor.memoryOverheadFactor=much
            refused executor.memoryOverheadFactor
        jvm cluster kubernetes.memoryOverheadFactor=-0.1
            refused kubernetes.memoryOverheadFactor
        python cluster kubernetes.memoryOverheadFactor=much
            refused kubernetes.memoryOverheadFactor
        jvm cluster driver.memoryOverheadFactor=0.1 executor.memoryOverheadFactor=0.1 kubernetes.memoryOverheadFactor=-1
            refused kubernetes.memoryOverheadFactor
        # Cores.
        jvm cluster driver.cores=0
            refused driver.cores
        jvm cluster driver.cores=-1
            refused driver.cores
        jvm cluster driver.cores=0.5
            refused driver.cores
        jvm cluster driver.cores=500m
            refused driver.cores
        jvm cluster driver.cores=␣1
            refused driver.cores
        jvm cluster driver.cores=2147483648
            refused driver.cores
        jvm cluster executor.cores=0
            refused executor.cores
        jvm cluster executor.cores=1.5
            refused executor.cores
        jvm cluster executor.cores=
            refused executor.cores
        jvm cluster executor.cores=${spark.driver.cores}
            refused executor.cores
        jvm cluster kubernetes.driver.request.cores=-1
            refused kubernetes.driver.request.cores
        jvm cluster kubernetes.executor.request.cores=-500m
            refused kubernetes.executor.request.cores
        jvm cluster kubernetes.driver.limit.cores=500m
            refused kubernetes.driver.limit.cores
        jvm cluster kubernetes.executor.limit.cores=0.5
            refused kubernetes.executor.limit.cores
        jvm cluster kubernetes.executor.request.cores=2 kubernetes.executor.limit.cores=1900m
            refused kubernetes.executor.limit.cores
        jvm cluster kubernetes.driver.request.cores=
            refused kubernetes.driver.request.cores
        jvm cluster kubernetes.driver.request.cores=m
            refused kubernetes.driver.request.cores
        jvm cluster kubernetes.driver.request.cores=1mm
            refused kubernetes.driver.request.cores
        jvm cluster kubernetes.driver.request.cores=one
            refused kubernetes.driver.request.cores
        jvm cluster kubernetes.driver.request.cores=1␣
            refused kubernetes.driver.request.cores
        jvm cluster kubernetes.driver.request.cores=1.2.3
            refused kubernetes.driver.request.cores
        jvm cluster kubernetes.driver.request.cores=1K
            refused kubernetes.driver.request.cores
        jvm cluster kubernetes.driver.request.cores=50%
            refused kubernetes.driver.request.cores
        jvm cluster task.cpus=2
            refused task.cpus
        jvm cluster task.cpus=0
            refused task.cpus
        jvm cluster task.cpus=-1
            refused task.cpus
        jvm cluster task.cpus=0.5
            refused task.cpus
            4.3: 1000m 1408Mi, 1000m 1408Mi, 2 2 2
        jvm cluster executor.cores=2 task.cpus=3
            refused task.cpus
        jvm cluster executor.cores=2 task.cpus=2.5
            refused task.cpus
        jvm cluster task.cpus=much
            refused task.cpus
        # Other resources.
        jvm cluster executor.resource.gpu.amount=1
            refused executor.resource.gpu.vendor
        jvm cluster driver.resource.gpu.amount=2
            refused driver.resource.gpu.vendor
        jvm cluster executor.resource.gpu.amount=1 executor.resource.gpu.vendor=nvidia.com executor.resource.fpga.amount=1
            refused executor.resource.fpga.vendor
        jvm cluster executor.resource.gpu.vendor=nvidia.com
            refused executor.resource.gpu.vendor
        jvm cluster executor.resource.gpu=1
            refused executor.resource.gpu
        jvm cluster executor.resource.gpu.amount=0.5 executor.resource.gpu.vendor=nvidia.com
            refused executor.resource.gpu.amount
        jvm cluster executor.resource.gpu.amount=␣1 executor.resource.gpu.vendor=nvidia.com
            refused executor.resource.gpu.amount
        jvm cluster driver.resource.gpu.amount=one driver.resource.gpu.vendor=nvidia.com
            refused driver.resource.gpu.amount
        jvm cluster driver.resource.gpu.discoveryScript=/find
            refused driver.resource.gpu.discoveryScript
        # Executors.
        jvm cluster executor.instances=0
            refused executor.instances
        jvm cluster executor.instances=-1
            refused executor.instances
        jvm cluster executor.instances=some
            refused executor.instances
        jvm cluster executor.instances=2.0
            refused executor.instances
        jvm cluster executor.instances=␣2
            refused executor.instances
        jvm cluster dynamicAllocation.enabled=yes
            refused dynamicAllocation.enabled
        jvm cluster dynamicAllocation.enabled=true dynamicAllocation.minExecutors=-1
            refused dynamicAllocation.minExecutors
        jvm cluster dynamicAllocation.enabled=true dynamicAllocation.minExecutors=some
            refused dynamicAllocation.minExecutors
        jvm cluster dynamicAllocation.enabled=true dynamicAllocation.maxExecutors=0
            refused dynamicAllocation.maxExecutors
        jvm cluster dynamicAllocation.enabled=true dynamicAllocation.maxExecutors=-1
            refused dynamicAllocation.maxExecutors
        jvm cluster dynamicAllocation.enabled=true dynamicAllocation.minExecutors=3 dynamicAllocation.maxExecutors=2
            refused dynamicAllocation.minExecutors
        jvm cluster dynamicAllocation.enabled=true dynamicAllocation.initialExecutors=3 dynamicAllocation.maxExecutors=2
            refused dynamicAllocation.initialExecutors
        jvm cluster dynamicAllocation.enabled=true executor.instances=3 dynamicAllocation.maxExecutors=2
            refused executor.instances
        jvm cluster dynamicAllocation.enabled=true dynamicAllocation.initialExecutors=some
            refused dynamicAllocation.initialExecutors
        jvm cluster dynamicAllocation.enabled=true executor.instances=some
            refused executor.instances
        python client kubernetes.resource.type=scala
            refused kubernetes.resource.type
        # References.
        jvm cluster driver.memoryOverhead=${spark.driver.memoryOverhead}
            refused driver.memoryOverhead
        jvm cluster driver.memoryOverhead=${spark.executor.memoryOverhead} executor.memoryOverhead=${spark.driver.memoryOverhead}
            refused driver.memoryOverhead
        jvm cluster driver.memoryOverhead=${spark.nowhere}
            refused driver.memoryOverhead
        jvm cluster driver.memoryOverhead=${nowhere}
            refused driver.memoryOverhead
        jvm cluster driver.memoryOverhead=${env:NOWHERE}
            refused driver.memoryOverhead
        jvm cluster driver.memoryOverhead=${spark.executor.memory
            refused driver.memoryOverhead
        """#
}
