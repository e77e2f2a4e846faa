extension SparkTable {
    /// Executors.
    static let executors = #"""
        # Without dynamic allocation.
        jvm cluster executor.instances=1
            1000m 1408Mi, 1000m 1408Mi, 1 1 1
        jvm cluster executor.instances=50
            1000m 1408Mi, 1000m 1408Mi, 50 50 50
        jvm cluster executor.instances=5 dynamicAllocation.enabled=false dynamicAllocation.minExecutors=7
            1000m 1408Mi, 1000m 1408Mi, 5 5 5
        jvm cluster dynamicAllocation.minExecutors=7 dynamicAllocation.maxExecutors=9
            1000m 1408Mi, 1000m 1408Mi, 2 2 2
        python client executor.instances=3
            1000m 1433Mi, 1000m 1408Mi, 3 3 3
        # With it.
        jvm cluster dynamicAllocation.enabled=true
            1000m 1408Mi, 1000m 1408Mi, 0 0 2147483647
        jvm cluster dynamicAllocation.enabled=TRUE dynamicAllocation.minExecutors=2
            1000m 1408Mi, 1000m 1408Mi, 2 2 2147483647
        jvm cluster dynamicAllocation.enabled=␣true dynamicAllocation.minExecutors=2
            1000m 1408Mi, 1000m 1408Mi, 2 2 2147483647
        jvm cluster dynamicAllocation.enabled=true dynamicAllocation.minExecutors=2 dynamicAllocation.maxExecutors=10
            1000m 1408Mi, 1000m 1408Mi, 2 2 10
        jvm cluster dynamicAllocation.enabled=true dynamicAllocation.minExecutors=2 dynamicAllocation.initialExecutors=4 dynamicAllocation.maxExecutors=10
            1000m 1408Mi, 1000m 1408Mi, 2 4 10
        jvm cluster dynamicAllocation.enabled=true dynamicAllocation.minExecutors=4 dynamicAllocation.initialExecutors=2 dynamicAllocation.maxExecutors=10
            1000m 1408Mi, 1000m 1408Mi, 4 4 10
        jvm cluster dynamicAllocation.enabled=true executor.instances=6
            1000m 1408Mi, 1000m 1408Mi, 0 6 2147483647
        jvm cluster dynamicAllocation.enabled=true executor.instances=6 dynamicAllocation.minExecutors=2 dynamicAllocation.initialExecutors=4 dynamicAllocation.maxExecutors=10
            1000m 1408Mi, 1000m 1408Mi, 2 6 10
        jvm cluster dynamicAllocation.enabled=true executor.instances=1 dynamicAllocation.minExecutors=2
            1000m 1408Mi, 1000m 1408Mi, 2 2 2147483647
        jvm cluster dynamicAllocation.enabled=true executor.instances=0 dynamicAllocation.minExecutors=2
            1000m 1408Mi, 1000m 1408Mi, 2 2 2147483647
        jvm cluster dynamicAllocation.enabled=true executor.instances=-3 dynamicAllocation.minExecutors=2
            1000m 1408Mi, 1000m 1408Mi, 2 2 2147483647
        jvm cluster dynamicAllocation.enabled=true executor.instances=␣4␣
            1000m 1408Mi, 1000m 1408Mi, 0 4 2147483647
        jvm cluster dynamicAllocation.enabled=true dynamicAllocation.minExecutors=3 dynamicAllocation.maxExecutors=3
            1000m 1408Mi, 1000m 1408Mi, 3 3 3
        jvm cluster dynamicAllocation.enabled=true dynamicAllocation.maxExecutors=1
            1000m 1408Mi, 1000m 1408Mi, 0 0 1
        jvm cluster dynamicAllocation.enabled=true dynamicAllocation.minExecutors=0 dynamicAllocation.initialExecutors=0
            1000m 1408Mi, 1000m 1408Mi, 0 0 2147483647
        jvm cluster dynamicAllocation.enabled=true dynamicAllocation.initialExecutors=-1
            1000m 1408Mi, 1000m 1408Mi, 0 0 2147483647
        jvm cluster dynamicAllocation.enabled=true dynamicAllocation.minExecutors=2 dynamicAllocation.initialExecutors=${spark.dynamicAllocation.minExecutors}
            1000m 1408Mi, 1000m 1408Mi, 2 2 2147483647
        jvm cluster dynamicAllocation.enabled=true dynamicAllocation.minExecutors=${spark.executor.instances} executor.instances=3
            1000m 1408Mi, 1000m 1408Mi, 3 3 2147483647
        jvm cluster dynamicAllocation.enabled=true dynamicAllocation.minExecutors=2 executor.instances=${spark.dynamicAllocation.initialExecutors}
            1000m 1408Mi, 1000m 1408Mi, 2 2 2147483647
        python client dynamicAllocation.enabled=true dynamicAllocation.minExecutors=2 dynamicAllocation.maxExecutors=10
            1000m 1433Mi, 1000m 1408Mi, 2 2 10
        """#
}
