extension SparkTable {
    /// Memory.
    static let memory = #"""
        # Nothing said.
        jvm cluster
            1000m 1408Mi, 1000m 1408Mi, 2 2 2
        python cluster
            1000m 1433Mi, 1000m 1433Mi, 2 2 2
        r cluster
            1000m 1433Mi, 1000m 1433Mi, 2 2 2
        jvm client
            1000m 1408Mi, 1000m 1408Mi, 2 2 2
        python client
            1000m 1433Mi, 1000m 1408Mi, 2 2 2
        r client
            1000m 1433Mi, 1000m 1408Mi, 2 2 2
        # Units, and numbers without one.
        jvm cluster driver.memory=2g executor.memory=3g
            1000m 2432Mi, 1000m 3456Mi, 2 2 2
        jvm cluster driver.memory=2048 executor.memory=3072
            1000m 2432Mi, 1000m 3456Mi, 2 2 2
        jvm cluster driver.memory=2048m executor.memory=3072mb
            1000m 2432Mi, 1000m 3456Mi, 2 2 2
        jvm cluster driver.memory=2097152k executor.memory=3145728kb
            1000m 2432Mi, 1000m 3456Mi, 2 2 2
        jvm cluster driver.memory=2147483648b executor.memory=3221225472B
            1000m 2432Mi, 1000m 3456Mi, 2 2 2
        jvm cluster driver.memory=2G executor.memory=3GB
            1000m 2432Mi, 1000m 3456Mi, 2 2 2
        jvm cluster driver.memory=1t executor.memory=1tb
            1000m 1153433Mi, 1000m 1153433Mi, 2 2 2
        jvm cluster driver.memory=1p executor.memory=1pb
            1000m 1181116006Mi, 1000m 1181116006Mi, 2 2 2
        jvm cluster driver.memory=␣2g␣ executor.memory=␣3g
            1000m 2432Mi, 1000m 3456Mi, 2 2 2
        jvm cluster driver.memory=002g executor.memory=0003072
            1000m 2432Mi, 1000m 3456Mi, 2 2 2
        # Whole MiB alone are counted.
        jvm cluster driver.memory=1 executor.memory=1m
            1000m 385Mi, 1000m 385Mi, 2 2 2
        jvm cluster driver.memory=1023k executor.memory=1b
            1000m 384Mi, 1000m 384Mi, 2 2 2
        jvm cluster driver.memory=1024k executor.memory=1025k
            1000m 385Mi, 1000m 385Mi, 2 2 2
        jvm cluster driver.memory=1572864b executor.memory=2047k
            1000m 385Mi, 1000m 385Mi, 2 2 2
        python cluster driver.memory=1 executor.memory=1
            1000m 385Mi, 1000m 385Mi, 2 2 2
        # Where the factor's part comes above the least overhead.
        jvm cluster driver.memory=3839m executor.memory=3840m
            1000m 4223Mi, 1000m 4224Mi, 2 2 2
        jvm cluster driver.memory=3841m executor.memory=3849m
            1000m 4225Mi, 1000m 4233Mi, 2 2 2
        jvm cluster driver.memory=3850m executor.memory=3851m
            1000m 4235Mi, 1000m 4236Mi, 2 2 2
        python cluster driver.memory=959m executor.memory=960m
            1000m 1343Mi, 1000m 1344Mi, 2 2 2
        python cluster driver.memory=961m executor.memory=962m
            1000m 1345Mi, 1000m 1346Mi, 2 2 2
        python cluster driver.memory=963m executor.memory=965m
            1000m 1348Mi, 1000m 1351Mi, 2 2 2
        jvm cluster driver.memory=4g executor.memory=8g
            1000m 4505Mi, 1000m 9011Mi, 2 2 2
        python cluster driver.memory=4g executor.memory=8g
            1000m 5734Mi, 1000m 11468Mi, 2 2 2
        r cluster driver.memory=4g executor.memory=8g
            1000m 5734Mi, 1000m 11468Mi, 2 2 2
        jvm client driver.memory=4g executor.memory=8g
            1000m 4505Mi, 1000m 9011Mi, 2 2 2
        python client driver.memory=4g executor.memory=8g
            1000m 5734Mi, 1000m 9011Mi, 2 2 2
        r client driver.memory=4g executor.memory=8g
            1000m 5734Mi, 1000m 9011Mi, 2 2 2
        jvm cluster driver.memory=10g executor.memory=100g
            1000m 11264Mi, 1000m 112640Mi, 2 2 2
        python cluster driver.memory=10g executor.memory=100g
            1000m 14336Mi, 1000m 143360Mi, 2 2 2
        jvm cluster driver.memory=4199m executor.memory=4209m
            1000m 4618Mi, 1000m 4629Mi, 2 2 2
        python cluster driver.memory=1001m executor.memory=1003m
            1000m 1401Mi, 1000m 1404Mi, 2 2 2
        # Factors.
        jvm cluster driver.memory=4g driver.memoryOverheadFactor=0.2 executor.memory=8g executor.memoryOverheadFactor=0.3
            1000m 4915Mi, 1000m 10649Mi, 2 2 2
        python cluster driver.memory=4g driver.memoryOverheadFactor=0.2 executor.memory=8g executor.memoryOverheadFactor=0.3
            1000m 4915Mi, 1000m 10649Mi, 2 2 2
        python cluster driver.memory=4g driver.memoryOverheadFactor=0.2 executor.memory=8g
            1000m 4915Mi, 1000m 11468Mi, 2 2 2
        python cluster driver.memory=4g executor.memory=8g executor.memoryOverheadFactor=0.1
            1000m 5734Mi, 1000m 9011Mi, 2 2 2
        jvm cluster driver.memory=4g executor.memory=8g kubernetes.memoryOverheadFactor=0.25
            1000m 5120Mi, 1000m 10240Mi, 2 2 2
        python cluster driver.memory=4g executor.memory=8g kubernetes.memoryOverheadFactor=0.25
            1000m 5120Mi, 1000m 10240Mi, 2 2 2
        python client driver.memory=4g executor.memory=8g kubernetes.memoryOverheadFactor=0.25
            1000m 5120Mi, 1000m 10240Mi, 2 2 2
        r cluster driver.memory=4g executor.memory=8g kubernetes.memoryOverheadFactor=0
            1000m 4480Mi, 1000m 8576Mi, 2 2 2
        jvm cluster driver.memory=4g executor.memory=8g kubernetes.memoryOverheadFactor=0
            1000m 4480Mi, 1000m 8576Mi, 2 2 2
        jvm cluster driver.memory=4g executor.memory=8g kubernetes.memoryOverheadFactor=0.25 driver.memoryOverheadFactor=0.15
            1000m 4710Mi, 1000m 10240Mi, 2 2 2
        jvm cluster driver.memory=4g executor.memory=8g kubernetes.memoryOverheadFactor=0.25 executor.memoryOverheadFactor=0.15
            1000m 5120Mi, 1000m 9420Mi, 2 2 2
        jvm cluster driver.memory=10g executor.memory=10g driver.memoryOverheadFactor=1 executor.memoryOverheadFactor=1.5
            1000m 20480Mi, 1000m 25600Mi, 2 2 2
        jvm cluster driver.memory=7g executor.memory=7g driver.memoryOverheadFactor=0.07 executor.memoryOverheadFactor=0.057
            1000m 7669Mi, 1000m 7576Mi, 2 2 2
        jvm cluster driver.memory=100g executor.memory=100g driver.memoryOverheadFactor=0.29 executor.memoryOverheadFactor=0.7
            1000m 132095Mi, 1000m 174080Mi, 2 2 2
        jvm cluster driver.memory=1000m executor.memory=1000m driver.memoryOverheadFactor=0.57 executor.memoryOverheadFactor=1.1
            1000m 1570Mi, 1000m 2100Mi, 2 2 2
        jvm cluster driver.memory=8g executor.memory=8g driver.memoryOverheadFactor=1e-1 executor.memoryOverheadFactor=.2
            1000m 9011Mi, 1000m 9830Mi, 2 2 2
        jvm cluster driver.memory=8g executor.memory=8g driver.memoryOverheadFactor=1. executor.memoryOverheadFactor=+0.3
            1000m 16384Mi, 1000m 10649Mi, 2 2 2
        jvm cluster driver.memory=8g executor.memory=8g driver.memoryOverheadFactor=0.1f executor.memoryOverheadFactor=0.3D
            1000m 9011Mi, 1000m 10649Mi, 2 2 2
        jvm cluster driver.memory=8g executor.memory=8g driver.memoryOverheadFactor=␣0.2␣ executor.memoryOverheadFactor=1E1
            1000m 9830Mi, 1000m 90112Mi, 2 2 2
        jvm cluster driver.memory=8g executor.memory=8g driver.memoryOverheadFactor=1e-9 executor.memoryOverheadFactor=0.0001
            1000m 8576Mi, 1000m 8576Mi, 2 2 2
        jvm cluster driver.memory=1g executor.memory=1g driver.memoryOverheadFactor=3000000 executor.memoryOverheadFactor=1e7
            1000m 2147484671Mi, 1000m 2147484671Mi, 2 2 2
        # Overheads that are given.
        jvm cluster driver.memory=4g driver.memoryOverhead=1g executor.memory=8g executor.memoryOverhead=2g
            1000m 5120Mi, 1000m 10240Mi, 2 2 2
        python cluster driver.memory=4g driver.memoryOverhead=100 executor.memory=8g executor.memoryOverhead=200
            1000m 4196Mi, 1000m 8392Mi, 2 2 2
        jvm cluster driver.memoryOverhead=0 executor.memoryOverhead=0
            1000m 1024Mi, 1000m 1024Mi, 2 2 2
        jvm cluster driver.memoryOverhead=1 executor.memoryOverhead=1k
            1000m 1025Mi, 1000m 1024Mi, 2 2 2
        jvm cluster driver.memoryOverhead=383m executor.memoryOverhead=384m
            1000m 1407Mi, 1000m 1408Mi, 2 2 2
        jvm cluster driver.memoryOverhead=-100 executor.memoryOverhead=100
            1000m 924Mi, 1000m 1124Mi, 2 2 2
        jvm cluster driver.memoryOverhead=512m driver.memoryOverheadFactor=0.9 executor.memoryOverhead=512m executor.memoryOverheadFactor=0.9
            1000m 1536Mi, 1000m 1536Mi, 2 2 2
        jvm cluster yarn.driver.memoryOverhead=600 yarn.executor.memoryOverhead=700
            1000m 1624Mi, 1000m 1724Mi, 2 2 2
        jvm cluster yarn.driver.memoryOverhead=600 driver.memoryOverhead=500 yarn.executor.memoryOverhead=700 executor.memoryOverhead=400
            1000m 1524Mi, 1000m 1424Mi, 2 2 2
        # The least overhead.
        jvm cluster driver.minMemoryOverhead=512m executor.minMemoryOverhead=1g
            1000m 1408Mi, 1000m 1408Mi, 2 2 2
            4.0: 1000m 1536Mi, 1000m 2048Mi, 2 2 2
        jvm cluster driver.minMemoryOverhead=0 executor.minMemoryOverhead=0
            1000m 1408Mi, 1000m 1408Mi, 2 2 2
            4.0: 1000m 1126Mi, 1000m 1126Mi, 2 2 2
        jvm cluster driver.minMemoryOverhead=1 executor.minMemoryOverhead=1023k
            1000m 1408Mi, 1000m 1408Mi, 2 2 2
            4.0: 1000m 1126Mi, 1000m 1126Mi, 2 2 2
        jvm cluster driver.memory=4g driver.minMemoryOverhead=100 executor.memory=8g executor.minMemoryOverhead=2g
            1000m 4505Mi, 1000m 9011Mi, 2 2 2
            4.0: 1000m 4505Mi, 1000m 10240Mi, 2 2 2
        python cluster driver.memory=4g driver.minMemoryOverhead=100 executor.memory=8g executor.minMemoryOverhead=4g
            1000m 5734Mi, 1000m 11468Mi, 2 2 2
            4.0: 1000m 5734Mi, 1000m 12288Mi, 2 2 2
        jvm cluster driver.memoryOverhead=100m driver.minMemoryOverhead=512m executor.memoryOverhead=100m executor.minMemoryOverhead=1g
            1000m 1124Mi, 1000m 1124Mi, 2 2 2
        jvm cluster driver.minMemoryOverhead=-10 executor.minMemoryOverhead=-10
            1000m 1408Mi, 1000m 1408Mi, 2 2 2
            4.0: 1000m 1126Mi, 1000m 1126Mi, 2 2 2
        jvm cluster driver.minMemoryOverhead=512m executor.minMemoryOverhead=1g kubernetes.memoryOverheadFactor=0
            1000m 1408Mi, 1000m 1408Mi, 2 2 2
            4.0: 1000m 1536Mi, 1000m 2048Mi, 2 2 2
        # Python's own memory counts for programs in Python, in cluster mode.
        python cluster executor.pyspark.memory=1g
            1000m 1433Mi, 1000m 2457Mi, 2 2 2
        jvm cluster executor.pyspark.memory=1g
            1000m 1408Mi, 1000m 1408Mi, 2 2 2
        r cluster executor.pyspark.memory=1g
            1000m 1433Mi, 1000m 1433Mi, 2 2 2
        python client executor.pyspark.memory=1g
            1000m 1433Mi, 1000m 1408Mi, 2 2 2
        python client executor.memory=8g executor.pyspark.memory=1g kubernetes.resource.type=python
            1000m 1433Mi, 1000m 10035Mi, 2 2 2
        python client executor.memory=8g executor.pyspark.memory=1g kubernetes.resource.type=python kubernetes.memoryOverheadFactor=0.4
            1000m 1433Mi, 1000m 12492Mi, 2 2 2
        jvm client executor.memory=8g executor.pyspark.memory=1g kubernetes.resource.type=java kubernetes.memoryOverheadFactor=0.1
            1000m 1408Mi, 1000m 9011Mi, 2 2 2
        python client executor.pyspark.memory=1g kubernetes.resource.type=java
            1000m 1433Mi, 1000m 1408Mi, 2 2 2
        jvm cluster executor.pyspark.memory=1g kubernetes.resource.type=python
            1000m 1408Mi, 1000m 1408Mi, 2 2 2
        python cluster executor.pyspark.memory=1g kubernetes.resource.type=java
            1000m 1433Mi, 1000m 2457Mi, 2 2 2
        python cluster executor.pyspark.memory=2048
            1000m 1433Mi, 1000m 3481Mi, 2 2 2
        python cluster executor.pyspark.memory=0
            1000m 1433Mi, 1000m 1433Mi, 2 2 2
        python cluster executor.pyspark.memory=1023k
            1000m 1433Mi, 1000m 1433Mi, 2 2 2
        python cluster executor.pyspark.memory=1536k
            1000m 1433Mi, 1000m 1434Mi, 2 2 2
        python cluster executor.memory=4g executor.memoryOverhead=1g executor.pyspark.memory=2g
            1000m 1433Mi, 1000m 7168Mi, 2 2 2
        # Memory outside the heap.
        jvm cluster memory.offHeap.enabled=true memory.offHeap.size=1g
            1000m 1408Mi, 1000m 2432Mi, 2 2 2
        jvm cluster memory.offHeap.enabled=true memory.offHeap.size=1073741824
            1000m 1408Mi, 1000m 2432Mi, 2 2 2
        jvm cluster memory.offHeap.enabled=true memory.offHeap.size=1048576
            1000m 1408Mi, 1000m 1409Mi, 2 2 2
        jvm cluster memory.offHeap.enabled=true memory.offHeap.size=1m
            1000m 1408Mi, 1000m 1409Mi, 2 2 2
        jvm cluster memory.offHeap.enabled=true memory.offHeap.size=2097151
            1000m 1408Mi, 1000m 1409Mi, 2 2 2
        jvm cluster memory.offHeap.enabled=false memory.offHeap.size=1g
            1000m 1408Mi, 1000m 1408Mi, 2 2 2
        jvm cluster memory.offHeap.size=1g
            1000m 1408Mi, 1000m 1408Mi, 2 2 2
        jvm cluster memory.offHeap.enabled=TRUE memory.offHeap.size=2g
            1000m 1408Mi, 1000m 3456Mi, 2 2 2
        jvm cluster memory.offHeap.enabled=␣true␣ memory.offHeap.size=2g
            1000m 1408Mi, 1000m 3456Mi, 2 2 2
        jvm cluster unsafe.offHeap=true memory.offHeap.size=2g
            1000m 1408Mi, 1000m 3456Mi, 2 2 2
        jvm cluster unsafe.offHeap=true memory.offHeap.enabled=false memory.offHeap.size=2g
            1000m 1408Mi, 1000m 1408Mi, 2 2 2
        jvm cluster memory.offHeap.enabled=true memory.offHeap.size=3p
            refused memory.offHeap.size
        jvm cluster memory.offHeap.enabled=true memory.offHeap.size=4097t
            1000m 1408Mi, 1000m 1049984Mi, 2 2 2
        python cluster executor.memory=6g executor.memoryOverheadFactor=0.2 executor.pyspark.memory=3g memory.offHeap.enabled=true memory.offHeap.size=2g
            1000m 1433Mi, 1000m 12492Mi, 2 2 2
        python client executor.memory=6g executor.memoryOverheadFactor=0.2 executor.pyspark.memory=3g memory.offHeap.enabled=true memory.offHeap.size=2g
            1000m 1433Mi, 1000m 9420Mi, 2 2 2
        r cluster executor.memory=6g executor.pyspark.memory=3g memory.offHeap.enabled=true memory.offHeap.size=2g
            1000m 1433Mi, 1000m 10649Mi, 2 2 2
        # References.
        jvm cluster executor.memory=6g executor.memoryOverhead=${spark.executor.memory}
            1000m 1408Mi, 1000m 12288Mi, 2 2 2
        jvm cluster driver.memoryOverhead=${spark.x} x=${spark.y} y=700m
            1000m 1724Mi, 1000m 1408Mi, 2 2 2
        jvm cluster driver.memoryOverhead=1${spark.x} x=00m
            1000m 1124Mi, 1000m 1408Mi, 2 2 2
        jvm cluster driver.memoryOverhead=${spark.yarn.executor.memoryOverhead} executor.memoryOverhead=${spark.driver.memoryOverhead} yarn.executor.memoryOverhead=900
            1000m 1924Mi, 1000m 1924Mi, 2 2 2
        jvm cluster driver.memoryOverhead=${spark.executor.memoryOverhead} yarn.executor.memoryOverhead=900
            1000m 1924Mi, 1000m 1924Mi, 2 2 2
        # Units that later releases know.
        jvm cluster driver.memory=2048MiB executor.memory=3Gi
            refused driver.memory
            4.2: 1000m 2432Mi, 1000m 3456Mi, 2 2 2
        jvm cluster driver.memoryOverhead=524288Ki executor.memoryOverhead=1gib memory.offHeap.enabled=true memory.offHeap.size=1mib
            refused memory.offHeap.size
            4.2: 1000m 1536Mi, 1000m 2049Mi, 2 2 2
        """#
}
