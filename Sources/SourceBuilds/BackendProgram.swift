internal import JSONDocument

/// The program that calls a build backend's hooks (PEP 517) in the build environment, one hook a run.
///
/// Its argument is a request in JSON, its answer a file beside it; what the backend prints is its own. It imports the
/// backend as PEP 517 has it: from the environment, or from `backend-path` and from nowhere else, never from the source
/// tree by chance. (The legacy backend puts the tree on the path itself.)
enum BackendProgram {
    static let text = """
        import importlib, json, os, sys

        def main(place):
            sys.path[:] = [entry for entry in sys.path if entry not in ('', os.path.dirname(os.path.abspath(place)))]
            with open(place, encoding='utf-8') as file:
                request = json.load(file)
            source = request['source']
            os.chdir(source)
            folders = [os.path.normpath(os.path.join(source, path)) for path in request['path']]
            sys.path[:0] = folders
            module, _, objects = request['backend'].partition(':')
            try:
                backend = importlib.import_module(module)
            except ImportError as error:
                name = getattr(error, 'name', None) or ''
                if name == module or module.startswith(name + '.'):
                    return {'missing': module}
                raise
            if folders:
                origin = os.path.realpath(getattr(backend, '__file__', None) or '')
                if not any(origin.startswith(os.path.realpath(folder) + os.sep) for folder in folders):
                    return {'elsewhere': module}
            for name in filter(None, objects.split('.')):
                backend = getattr(backend, name)
            if request['hook'] == 'requires':
                hook = getattr(backend, 'get_requires_for_build_wheel', None)
                return {'requires': [str(each) for each in hook(None) or []] if hook else []}
            return {'wheel': backend.build_wheel(request['wheels'], None, None)}

        if __name__ == '__main__':
            # Backends take the command line for theirs.
            request, place = sys.argv[1:]
            del sys.argv[1:]
            answer = main(request)
            with open(place, 'w', encoding='utf-8') as file:
                json.dump(answer, file)
        """

    enum Hook: String {
        case requires
        case wheel
    }

    enum Answer: Equatable {
        case requires([String])
        /// The name of a file in the folder of wheels.
        case wheel(String)
        /// The backend's module is not in the environment.
        case missing(String)
        /// The backend was imported from elsewhere than `backend-path`.
        case elsewhere(String)
    }

    /// - Parameters: places as the program sees them.
    static func request(
        _ hook: Hook, backend: String, path: [String], source: String, wheels: String
    ) -> [UInt8] {
        let document: JSON = [
            "hook": .string(hook.rawValue), "backend": .string(backend), "path": JSON(path),
            "source": .string(source), "wheels": .string(wheels),
        ]
        return document.bytes
    }

    /// - Returns: `nil` for anything but an answer of this program.
    static func answer(_ bytes: [UInt8]) -> Answer? {
        guard let fields = try? JSON(parsing: bytes).fields, fields.count == 1 else { return nil }
        switch (fields.keys.first, fields.values.first) {
        case ("requires", .array(let items)):
            let texts = items.compactMap { if case .string(let text) = $0 { text } else { nil } }
            return texts.count == items.count ? .requires(texts) : nil
        case ("wheel", .string(let name)): return .wheel(name)
        case ("missing", .string(let module)): return .missing(module)
        case ("elsewhere", .string(let module)): return .elsewhere(module)
        default: return nil
        }
    }
}
