import Testing

@testable import LocalProvider

@Suite("the error that a program ended with")
struct LastWordsTests {
    private func words(_ text: String) -> String? { LastWords(in: Array(text.utf8)).map { "\($0)" } }

    @Test("a program's own is told as Python tells it, whatever is printed behind")
    func program() {
        let text = """
            Traceback (most recent call last):
              File "/a.py", line 1, in <module>
                first()
            KeyError: 'first'

            During handling of the above exception, another exception occurred:

            Traceback (most recent call last):
              File "/a.py", line 3, in <module>
                raise ValueError('no such column: price')
            ValueError: no such column: price
            26/11/22 08:16:30 INFO ShutdownHookManager: Shutdown hook called
            """
        #expect(words(text) == "its error was ValueError: no such column: price")
    }

    @Test("Spark's is known by its class, also where it came through Java")
    func spark() {
        #expect(
            words(
                """
                Traceback (most recent call last):
                  File "/a.py", line 4, in <module>
                pyspark.errors.exceptions.captured.AnalysisException: [TABLE_OR_VIEW_NOT_FOUND] The table `a` is not there
                'Project ['nope]
                """)
                == "Spark's error was pyspark.errors.exceptions.captured.AnalysisException: [TABLE_OR_VIEW_NOT_FOUND] The table `a` is not there"
        )
        #expect(
            words(
                """
                Traceback (most recent call last):
                  File "/a.py", line 4, in <module>
                py4j.protocol.Py4JJavaError: An error occurred while calling o34.collect.
                : org.apache.spark.SparkException: Job aborted: org.apache.spark.api.python.PythonException: Traceback (most recent call last):
                  File "/a.py", line 4, in <lambda>
                ZeroDivisionError: integer division or modulo by zero

                \tat org.apache.spark.api.python.BasePythonRunner
                Caused by: org.apache.spark.api.python.PythonException: Traceback (most recent call last):
                """)
                == "Spark's error was org.apache.spark.SparkException: Job aborted: org.apache.spark.api.python.PythonException: ZeroDivisionError: integer division or modulo by zero"
        )
        #expect(
            words("Exception in thread \"main\" org.apache.spark.SparkException: no master\n\tat Main.main\n")
                == "Spark's error was org.apache.spark.SparkException: no master")
        #expect(
            words("Exception in thread \"main\" java.lang.IllegalStateException: mine\n\tat Main.main\n")
                == "its error was java.lang.IllegalStateException: mine")
    }

    @Test("without an error there is none, and nothing printed is an order to a terminal")
    func others() {
        for text in [
            "", "done\n", "  Traceback (most recent call last):\n  x\n", "Traceback (most recent call last):\n  a",
        ] {
            #expect(words(text) == nil, "\(text)")
        }
        let hostile = "Traceback (most recent call last):\nE: \u{1b}[31mred\u{7}" + String(repeating: "x", count: 9999)
        let told = words(hostile) ?? ""
        #expect(told.hasPrefix("its error was E: ") && told.count < 600)
        #expect(!told.unicodeScalars.contains { $0.value < 0x20 })
    }
}
