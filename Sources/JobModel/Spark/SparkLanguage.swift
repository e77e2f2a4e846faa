/// What a Spark program is written in.
public enum SparkLanguage: String, CaseIterable, Sendable {
    /// Java, Scala and other languages of the JVM.
    case jvm
    case python
    case r

    /// `spark.kubernetes.resource.type` (`Constants.APP_RESOURCE_TYPE_*`).
    var resourceType: String { self == .jvm ? "java" : rawValue }
}
