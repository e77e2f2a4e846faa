/// What PySpark's own distributions have in `jars`: the names of the files alone, which is what an environment is told by.
public enum PySparkJars {
    /// The versions of which the names are known.
    public static let versions = ["3.5.7", "4.0.1"]

    /// The names of one version's jars.
    public static func names(of version: String) -> [String] {
        (version == "3.5.7" ? spark35 : spark40).split { $0.isWhitespace }.map { "\($0).jar" }
    }

    /// A wheel called pyspark with these jars, all of them empty but those that are given.
    public static func wheel(_ version: String, filled: [String: [UInt8]] = [:]) -> WheelFixture {
        var wheel = WheelFixture("pyspark", version)
        wheel.files.append(contentsOf: names(of: version).map { ("pyspark/jars/\($0)", filled[$0] ?? []) })
        return wheel
    }

    private static let spark35 = """
        HikariCP-2.5.1 JLargeArrays-1.5 JTransforms-3.1 RoaringBitmap-0.9.45 ST4-4.0.4 activation-1.1.1
        aircompressor-0.27 algebra_2.12-2.0.1 annotations-17.0.0 antlr-runtime-3.5.2 antlr4-runtime-4.9.3
        aopalliance-repackaged-2.6.1 arpack-3.0.3 arpack_combined_all-0.1 arrow-format-12.0.1 arrow-memory-core-12.0.1
        arrow-memory-netty-12.0.1 arrow-vector-12.0.1 audience-annotations-0.5.0 avro-1.11.4 avro-ipc-1.11.4
        avro-mapred-1.11.4 blas-3.0.3 bonecp-0.8.0.RELEASE breeze-macros_2.12-2.1.0 breeze_2.12-2.1.0
        cats-kernel_2.12-2.1.1 chill-java-0.10.0 chill_2.12-0.10.0 commons-cli-1.5.0 commons-codec-1.16.1
        commons-collections-3.2.2 commons-collections4-4.4 commons-compiler-3.1.9 commons-compress-1.23.0
        commons-crypto-1.1.0 commons-dbcp-1.4 commons-io-2.16.1 commons-lang-2.6 commons-lang3-3.12.0
        commons-logging-1.1.3 commons-math3-3.6.1 commons-pool-1.5.4 commons-text-1.10.0 compress-lzf-1.1.2
        curator-client-2.13.0 curator-framework-2.13.0 curator-recipes-2.13.0 datanucleus-api-jdo-4.2.4
        datanucleus-core-4.1.17 datanucleus-rdbms-4.1.19 datasketches-java-3.3.0 datasketches-memory-2.1.0
        derby-10.14.2.0 dropwizard-metrics-hadoop-metrics2-reporter-0.1.2 flatbuffers-java-1.12.0 gson-2.2.4
        guava-14.0.1 hadoop-client-api-3.3.4 hadoop-client-runtime-3.3.4 hadoop-shaded-guava-1.1.1
        hadoop-yarn-server-web-proxy-3.3.4 hive-beeline-2.3.9 hive-cli-2.3.9 hive-common-2.3.9 hive-exec-2.3.9-core
        hive-jdbc-2.3.9 hive-llap-common-2.3.9 hive-metastore-2.3.9 hive-serde-2.3.9 hive-service-rpc-3.1.3
        hive-shims-0.23-2.3.9 hive-shims-2.3.9 hive-shims-common-2.3.9 hive-shims-scheduler-2.3.9 hive-storage-api-2.8.1
        hk2-api-2.6.1 hk2-locator-2.6.1 hk2-utils-2.6.1 httpclient-4.5.14 httpcore-4.4.16 istack-commons-runtime-3.0.8
        ivy-2.5.1 jackson-annotations-2.15.2 jackson-core-2.15.2 jackson-core-asl-1.9.13 jackson-databind-2.15.2
        jackson-dataformat-yaml-2.15.2 jackson-datatype-jsr310-2.15.2 jackson-mapper-asl-1.9.13
        jackson-module-scala_2.12-2.15.2 jakarta.annotation-api-1.3.5 jakarta.inject-2.6.1 jakarta.servlet-api-4.0.3
        jakarta.validation-api-2.0.2 jakarta.ws.rs-api-2.1.6 jakarta.xml.bind-api-2.3.2 janino-3.1.9 javassist-3.29.2-GA
        javax.jdo-3.2.0-m3 javolution-5.5.1 jaxb-runtime-2.3.2 jcl-over-slf4j-2.0.7 jdo-api-3.0.1 jersey-client-2.40
        jersey-common-2.40 jersey-container-servlet-2.40 jersey-container-servlet-core-2.40 jersey-hk2-2.40
        jersey-server-2.40 jline-2.14.6 joda-time-2.12.5 jodd-core-3.5.2 jpam-1.1 json-1.8 json4s-ast_2.12-3.7.0-M11
        json4s-core_2.12-3.7.0-M11 json4s-jackson_2.12-3.7.0-M11 json4s-scalap_2.12-3.7.0-M11 jsr305-3.0.0 jta-1.1
        jul-to-slf4j-2.0.7 kryo-shaded-4.0.2 kubernetes-client-6.7.2 kubernetes-client-api-6.7.2
        kubernetes-httpclient-okhttp-6.7.2 kubernetes-model-admissionregistration-6.7.2
        kubernetes-model-apiextensions-6.7.2 kubernetes-model-apps-6.7.2 kubernetes-model-autoscaling-6.7.2
        kubernetes-model-batch-6.7.2 kubernetes-model-certificates-6.7.2 kubernetes-model-common-6.7.2
        kubernetes-model-coordination-6.7.2 kubernetes-model-core-6.7.2 kubernetes-model-discovery-6.7.2
        kubernetes-model-events-6.7.2 kubernetes-model-extensions-6.7.2 kubernetes-model-flowcontrol-6.7.2
        kubernetes-model-gatewayapi-6.7.2 kubernetes-model-metrics-6.7.2 kubernetes-model-networking-6.7.2
        kubernetes-model-node-6.7.2 kubernetes-model-policy-6.7.2 kubernetes-model-rbac-6.7.2
        kubernetes-model-resource-6.7.2 kubernetes-model-scheduling-6.7.2 kubernetes-model-storageclass-6.7.2
        lapack-3.0.3 leveldbjni-all-1.8 libfb303-0.9.3 libthrift-0.12.0 log4j-1.2-api-2.20.0 log4j-api-2.20.0
        log4j-core-2.20.0 log4j-slf4j2-impl-2.20.0 logging-interceptor-3.12.12 lz4-java-1.8.0
        mesos-1.4.3-shaded-protobuf metrics-core-4.2.19 metrics-graphite-4.2.19 metrics-jmx-4.2.19 metrics-json-4.2.19
        metrics-jvm-4.2.19 minlog-1.3.0 netty-all-4.1.96.Final netty-buffer-4.1.96.Final netty-codec-4.1.96.Final
        netty-codec-http-4.1.96.Final netty-codec-http2-4.1.96.Final netty-codec-socks-4.1.96.Final
        netty-common-4.1.96.Final netty-handler-4.1.96.Final netty-handler-proxy-4.1.96.Final
        netty-resolver-4.1.96.Final netty-transport-4.1.96.Final netty-transport-classes-epoll-4.1.96.Final
        netty-transport-classes-kqueue-4.1.96.Final netty-transport-native-epoll-4.1.96.Final-linux-aarch_64
        netty-transport-native-epoll-4.1.96.Final-linux-x86_64 netty-transport-native-kqueue-4.1.96.Final-osx-aarch_64
        netty-transport-native-kqueue-4.1.96.Final-osx-x86_64 netty-transport-native-unix-common-4.1.96.Final
        objenesis-3.3 okhttp-3.12.12 okio-1.17.6 opencsv-2.3 orc-core-1.9.7-shaded-protobuf
        orc-mapreduce-1.9.7-shaded-protobuf orc-shims-1.9.7 oro-2.0.8 osgi-resource-locator-1.0.3 paranamer-2.8
        parquet-column-1.13.1 parquet-common-1.13.1 parquet-encoding-1.13.1 parquet-format-structures-1.13.1
        parquet-hadoop-1.13.1 parquet-jackson-1.13.1 pickle-1.3 py4j-0.10.9.7 rocksdbjni-8.3.2
        scala-collection-compat_2.12-2.7.0 scala-compiler-2.12.18 scala-library-2.12.18
        scala-parser-combinators_2.12-2.3.0 scala-reflect-2.12.18 scala-xml_2.12-2.1.0 shims-0.9.45 slf4j-api-2.0.7
        snakeyaml-2.0 snakeyaml-engine-2.6 snappy-java-1.1.10.5 spark-catalyst_2.12-3.5.7 spark-common-utils_2.12-3.5.7
        spark-core_2.12-3.5.7 spark-graphx_2.12-3.5.7 spark-hive-thriftserver_2.12-3.5.7 spark-hive_2.12-3.5.7
        spark-kubernetes_2.12-3.5.7 spark-kvstore_2.12-3.5.7 spark-launcher_2.12-3.5.7 spark-mesos_2.12-3.5.7
        spark-mllib-local_2.12-3.5.7 spark-mllib_2.12-3.5.7 spark-network-common_2.12-3.5.7
        spark-network-shuffle_2.12-3.5.7 spark-repl_2.12-3.5.7 spark-sketch_2.12-3.5.7 spark-sql-api_2.12-3.5.7
        spark-sql_2.12-3.5.7 spark-streaming_2.12-3.5.7 spark-tags_2.12-3.5.7 spark-unsafe_2.12-3.5.7
        spark-yarn_2.12-3.5.7 spire-macros_2.12-0.17.0 spire-platform_2.12-0.17.0 spire-util_2.12-0.17.0
        spire_2.12-0.17.0 stax-api-1.0.1 stream-2.9.6 super-csv-2.2.0 threeten-extra-1.7.1 tink-1.9.0
        transaction-api-1.1 univocity-parsers-2.9.1 xbean-asm9-shaded-4.23 xz-1.9 zjsonpatch-0.3.0 zookeeper-3.6.3
        zookeeper-jute-3.6.3 zstd-jni-1.5.5-4
        """

    private static let spark40 = """
        HikariCP-2.5.1 JLargeArrays-1.5 JTransforms-3.1 RoaringBitmap-1.3.0 ST4-4.0.4 aircompressor-2.0.2
        algebra_2.13-2.8.0 annotations-17.0.0 antlr-runtime-3.5.2 antlr4-runtime-4.13.1 aopalliance-repackaged-3.0.6
        arpack-3.0.3 arpack_combined_all-0.1 arrow-format-18.1.0 arrow-memory-core-18.1.0 arrow-memory-netty-18.1.0
        arrow-memory-netty-buffer-patch-18.1.0 arrow-vector-18.1.0 audience-annotations-0.12.0 avro-1.12.0
        avro-ipc-1.12.0 avro-mapred-1.12.0 bcprov-jdk18on-1.80 blas-3.0.3 breeze-macros_2.13-2.1.0 breeze_2.13-2.1.0
        cats-kernel_2.13-2.8.0 checker-qual-3.43.0 chill-java-0.10.0 chill_2.13-0.10.0 commons-cli-1.9.0
        commons-codec-1.17.2 commons-collections-3.2.2 commons-collections4-4.4 commons-compiler-3.1.9
        commons-compress-1.27.1 commons-crypto-1.1.0 commons-dbcp-1.4 commons-io-2.18.0 commons-lang-2.6
        commons-lang3-3.17.0 commons-math3-3.6.1 commons-pool-1.5.4 commons-text-1.13.0 compress-lzf-1.1.2
        curator-client-5.7.1 curator-framework-5.7.1 curator-recipes-5.7.1 datanucleus-api-jdo-4.2.4
        datanucleus-core-4.1.17 datanucleus-rdbms-4.1.19 datasketches-java-6.1.1 datasketches-memory-3.0.2
        derby-10.16.1.1 derbyshared-10.16.1.1 derbytools-10.16.1.1 dropwizard-metrics-hadoop-metrics2-reporter-0.1.2
        error_prone_annotations-2.36.0 failureaccess-1.0.2 flatbuffers-java-24.3.25 gson-2.11.0 guava-33.4.0-jre
        hadoop-client-api-3.4.1 hadoop-client-runtime-3.4.1 hive-beeline-2.3.10 hive-cli-2.3.10 hive-common-2.3.10
        hive-exec-2.3.10-core hive-jdbc-2.3.10 hive-metastore-2.3.10 hive-serde-2.3.10 hive-service-rpc-4.0.0
        hive-shims-0.23-2.3.10 hive-shims-2.3.10 hive-shims-common-2.3.10 hive-shims-scheduler-2.3.10
        hive-storage-api-2.8.1 hk2-api-3.0.6 hk2-locator-3.0.6 hk2-utils-3.0.6 httpclient-4.5.14 httpcore-4.4.16
        icu4j-76.1 istack-commons-runtime-4.1.2 ivy-2.5.3 j2objc-annotations-3.0.0 jackson-annotations-2.18.2
        jackson-core-2.18.2 jackson-core-asl-1.9.13 jackson-databind-2.18.2 jackson-dataformat-yaml-2.18.2
        jackson-datatype-jsr310-2.18.2 jackson-mapper-asl-1.9.13 jackson-module-scala_2.13-2.18.2
        jakarta.activation-api-2.1.3 jakarta.annotation-api-2.1.1 jakarta.inject-api-2.0.1 jakarta.servlet-api-5.0.0
        jakarta.validation-api-3.0.2 jakarta.ws.rs-api-3.0.0 jakarta.xml.bind-api-4.0.2 janino-3.1.9
        java-diff-utils-4.15 javassist-3.30.2-GA javax.jdo-3.2.0-m3 javax.servlet-api-4.0.1 javolution-5.5.1
        jaxb-core-4.0.5 jaxb-runtime-4.0.5 jcl-over-slf4j-2.0.16 jdo-api-3.0.1 jersey-client-3.0.16 jersey-common-3.0.16
        jersey-container-servlet-3.0.16 jersey-container-servlet-core-3.0.16 jersey-hk2-3.0.16 jersey-server-3.0.16
        jjwt-api-0.12.6 jjwt-impl-0.12.6 jjwt-jackson-0.12.6 jline-2.14.6 jline-3.27.1-jdk8 joda-time-2.13.0
        jodd-core-3.5.2 jpam-1.1 json-1.8 json4s-ast_2.13-4.0.7 json4s-core_2.13-4.0.7 json4s-jackson-core_2.13-4.0.7
        json4s-jackson_2.13-4.0.7 json4s-scalap_2.13-4.0.7 jsr305-3.0.0 jta-1.1 jul-to-slf4j-2.0.16 kryo-shaded-4.0.3
        kubernetes-client-7.1.0 kubernetes-client-api-7.1.0 kubernetes-httpclient-vertx-7.1.0
        kubernetes-model-admissionregistration-7.1.0 kubernetes-model-apiextensions-7.1.0 kubernetes-model-apps-7.1.0
        kubernetes-model-autoscaling-7.1.0 kubernetes-model-batch-7.1.0 kubernetes-model-certificates-7.1.0
        kubernetes-model-common-7.1.0 kubernetes-model-coordination-7.1.0 kubernetes-model-core-7.1.0
        kubernetes-model-discovery-7.1.0 kubernetes-model-events-7.1.0 kubernetes-model-extensions-7.1.0
        kubernetes-model-flowcontrol-7.1.0 kubernetes-model-gatewayapi-7.1.0 kubernetes-model-metrics-7.1.0
        kubernetes-model-networking-7.1.0 kubernetes-model-node-7.1.0 kubernetes-model-policy-7.1.0
        kubernetes-model-rbac-7.1.0 kubernetes-model-resource-7.1.0 kubernetes-model-scheduling-7.1.0
        kubernetes-model-storageclass-7.1.0 lapack-3.0.3 leveldbjni-all-1.8 libfb303-0.9.3 libthrift-0.16.0
        listenablefuture-9999.0-empty-to-avoid-conflict-with-guava log4j-1.2-api-2.24.3 log4j-api-2.24.3
        log4j-core-2.24.3 log4j-layout-template-json-2.24.3 log4j-slf4j2-impl-2.24.3 lz4-java-1.8.0 metrics-core-4.2.30
        metrics-graphite-4.2.30 metrics-jmx-4.2.30 metrics-json-4.2.30 metrics-jvm-4.2.30 minlog-1.3.0
        netty-all-4.1.118.Final netty-buffer-4.1.118.Final netty-codec-4.1.118.Final netty-codec-dns-4.1.118.Final
        netty-codec-http-4.1.118.Final netty-codec-http2-4.1.118.Final netty-codec-socks-4.1.118.Final
        netty-common-4.1.118.Final netty-handler-4.1.118.Final netty-handler-proxy-4.1.118.Final
        netty-resolver-4.1.118.Final netty-resolver-dns-4.1.118.Final
        netty-tcnative-boringssl-static-2.0.70.Final-linux-aarch_64
        netty-tcnative-boringssl-static-2.0.70.Final-linux-x86_64
        netty-tcnative-boringssl-static-2.0.70.Final-osx-aarch_64
        netty-tcnative-boringssl-static-2.0.70.Final-osx-x86_64
        netty-tcnative-boringssl-static-2.0.70.Final-windows-x86_64 netty-tcnative-classes-2.0.70.Final
        netty-transport-4.1.118.Final netty-transport-classes-epoll-4.1.118.Final
        netty-transport-classes-kqueue-4.1.118.Final netty-transport-native-epoll-4.1.118.Final-linux-aarch_64
        netty-transport-native-epoll-4.1.118.Final-linux-riscv64 netty-transport-native-epoll-4.1.118.Final-linux-x86_64
        netty-transport-native-kqueue-4.1.118.Final-osx-aarch_64 netty-transport-native-kqueue-4.1.118.Final-osx-x86_64
        netty-transport-native-unix-common-4.1.118.Final objenesis-3.3 opencsv-2.3 orc-core-2.1.3-shaded-protobuf
        orc-format-1.1.1-shaded-protobuf orc-mapreduce-2.1.3-shaded-protobuf orc-shims-2.1.3 oro-2.0.8
        osgi-resource-locator-1.0.3 paranamer-2.8 parquet-column-1.15.2 parquet-common-1.15.2 parquet-encoding-1.15.2
        parquet-format-structures-1.15.2 parquet-hadoop-1.15.2 parquet-jackson-1.15.2 pickle-1.5 py4j-0.10.9.9
        rocksdbjni-9.8.4 scala-collection-compat_2.13-2.7.0 scala-compiler-2.13.16 scala-library-2.13.16
        scala-parallel-collections_2.13-1.2.0 scala-parser-combinators_2.13-2.4.0 scala-reflect-2.13.16
        scala-xml_2.13-2.3.0 slf4j-api-2.0.16 snakeyaml-2.3 snakeyaml-engine-2.9 snappy-java-1.1.10.7
        spark-catalyst_2.13-4.0.1 spark-common-utils_2.13-4.0.1 spark-connect_2.13-4.0.1 spark-core_2.13-4.0.1
        spark-graphx_2.13-4.0.1 spark-hive-thriftserver_2.13-4.0.1 spark-hive_2.13-4.0.1 spark-kubernetes_2.13-4.0.1
        spark-kvstore_2.13-4.0.1 spark-launcher_2.13-4.0.1 spark-mllib-local_2.13-4.0.1 spark-mllib_2.13-4.0.1
        spark-network-common_2.13-4.0.1 spark-network-shuffle_2.13-4.0.1 spark-repl_2.13-4.0.1 spark-sketch_2.13-4.0.1
        spark-sql-api_2.13-4.0.1 spark-sql_2.13-4.0.1 spark-streaming_2.13-4.0.1 spark-tags_2.13-4.0.1
        spark-unsafe_2.13-4.0.1 spark-variant_2.13-4.0.1 spark-yarn_2.13-4.0.1 spire-macros_2.13-0.18.0
        spire-platform_2.13-0.18.0 spire-util_2.13-0.18.0 spire_2.13-0.18.0 stax-api-1.0.1 stream-2.9.8 super-csv-2.2.0
        threeten-extra-1.8.0 tink-1.16.0 transaction-api-1.1 univocity-parsers-2.9.1 vertx-auth-common-4.5.12
        vertx-core-4.5.12 vertx-web-client-4.5.12 vertx-web-common-4.5.12 xbean-asm9-shaded-4.26 xmlschema-core-2.3.1
        xz-1.10 zjsonpatch-7.1.0 zookeeper-3.9.3 zookeeper-jute-3.9.3 zstd-jni-1.5.6-9
        """
}
