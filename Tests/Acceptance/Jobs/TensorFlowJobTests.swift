import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite(
    "A job on the TensorFlow environment", .timeLimit(.minutes(25)),
    .enabled(if: ReadyRecipes.possible, ReadyRecipes.needs))
struct TensorFlowJobTests {
    private static let program = """
        import os, sys
        import numpy, tensorflow as tf
        tf.keras.utils.set_random_seed(1)
        x = numpy.linspace(-1, 1, 256).reshape(-1, 1).astype("float32")
        model = tf.keras.Sequential([tf.keras.Input((1,)), tf.keras.layers.Dense(1)])
        model.compile(optimizer=tf.keras.optimizers.SGD(0.5), loss="mse")
        loss = model.fit(x, 3 * x - 1, epochs=int(sys.argv[1]), verbose=0).history["loss"][-1]
        kernel, bias = (float(numpy.ravel(weight)[0]) for weight in model.get_weights())
        print("LEARNED %.1f %.1f %s" % (kernel, bias, loss < 1e-3))
        print("FROM", tf.__file__)
        print("ENVIRONMENT", sys.prefix, os.environ["CHIDORI_ENVIRONMENT"])
        """

    @Test("a plain Python program fits a model with what the recipe names")
    func fit() async throws {
        let server = try await ReadyRecipes.server()
        let file = try server.scratch.write("train.py", Self.program)
        let job = try await server.submit(
            "--environment", "tensorflow", "--driver-memory", "2g", "--driver-cores", "2", "--no-spark", file.string,
            "--", "20")
        let end = try await server.end(of: job, seconds: ReadyRecipes.patience)
        let account = try await server.account(of: job)
        #expect(end.job.state == "succeeded", account)
        let environment = try #require(end.job.environments["main"])
        let log = try await server.log(of: job)
        #expect(log.contains("LEARNED 3.0 -1.0 True\n"), account)
        // From the tree of the environment that the job was admitted with, and nowhere else.
        let tree = "\(server.data)/volume/envs/\(environment)"
        #expect(log.contains("FROM \(tree)/lib/python3.11/site-packages/tensorflow/__init__.py\n"), account)
        #expect(log.contains("ENVIRONMENT \(tree) \(environment)\n"), account)
        #expect(end.attempts.first?.applicationId == nil)
    }
}
