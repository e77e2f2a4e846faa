/// What Spark does in the run that a class archive is made of: what most jobs begin with, so that its classes are at hand
/// for them. All it writes goes to a folder of its own.
enum TrainingProgram {
    static let text = """
        import sys, tempfile
        from pyspark.sql import SparkSession, Window
        from pyspark.sql import functions as F

        spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
        with tempfile.TemporaryDirectory() as folder:
            numbers = spark.range(1000).selectExpr("id", "id % 7 AS rest", "cast(id AS string) AS word")
            numbers.createOrReplaceTempView("numbers")
            spark.sql("SELECT rest, count(*) AS n, max(word) AS w FROM numbers GROUP BY rest ORDER BY rest").collect()
            pairs = spark.createDataFrame([(1, "one"), (2, "two")], ["rest", "name"])
            numbers.join(pairs, "rest").groupBy("name").agg(F.sum("id")).collect()
            numbers.join(F.broadcast(pairs), "rest", "left").filter("name IS NULL").count()
            numbers.withColumn("n", F.row_number().over(Window.partitionBy("rest").orderBy("id"))).filter("n < 3").collect()
            numbers.select(F.udf(lambda value: value + 1, "long")("id")).agg({"<lambda>(id)": "sum"}).collect()
            numbers.repartition(2).cache().count()
            for form in ("parquet", "json", "csv"):
                numbers.write.format(form).save(folder + "/" + form)
                spark.read.format(form).schema(numbers.schema).load(folder + "/" + form).count()
            spark.sparkContext.parallelize(range(100), 2).map(lambda value: (value % 3, value)).reduceByKey(max).collect()
        spark.stop()

        """
}
