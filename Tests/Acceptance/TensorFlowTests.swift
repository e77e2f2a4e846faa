import Foundation
import SystemPackage
import TestSupport
import Testing

/// The main job, in both of its forms.
@Suite(
    "TensorFlow imports and fits a small model", .serialized,
    .enabled(if: PeersEnvironment.possible, PeersEnvironment.needs),
    .enabled(if: Peer.deep, "a long one, for scripts/deep"))
struct TensorFlowTests {
    private static let program = """
        import os
        os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
        import numpy, tensorflow as tf
        tf.keras.utils.set_random_seed(1)
        x = numpy.linspace(-1, 1, 256).reshape(-1, 1).astype("float32")
        model = tf.keras.Sequential([tf.keras.layers.Dense(16, activation="relu"), tf.keras.layers.Dense(1)])
        model.compile(optimizer=tf.keras.optimizers.Adam(0.02), loss="mse")
        history = model.fit(x, 3 * x + 1, epochs=60, verbose=0).history["loss"]
        print(tf.__version__, history[-1] < 0.05 * history[0])
        print(os.path.realpath(tf.__file__).startswith(os.environ["TREE"]))
        """

    @Test("in a container whose root cannot be written")
    func container() async throws {
        let environment = try await PeersEnvironment.of(.tensorflow)
        let run = try await environment.container.run(
            ["python", "-c", Self.program], environment: ["TREE": "/opt/chidori/env/"], readOnly: true)
        #expect(run.succeeded && run.text == "2.19.0 True\nTrue\n", "\(run.errorText)")
    }

    @Test("in the folder, from the packages of the data folder's volume")
    func folder() async throws {
        let environment = try await PeersEnvironment.of(.tensorflow)
        let data = environment.root.appending("data")
        let run = try await Command(
            Peer.chidori,
            ["env", "run", environment.tree.string, "--data", data.string, "--", "python", "-c", Self.program],
            environment: ["TREE": data.appending("volume").string]
        ).outcome()
        #expect(run.succeeded && run.text == "2.19.0 True\nTrue\n", "\(run.errorText)")
    }
}
