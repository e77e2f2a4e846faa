internal import PythonPackaging

/// Where an egg's members are installed. Pure: it works on names, and on the two lists of EGG-INFO.
///
/// What an egg needs only because it is imported from a zip, or lies in a folder of its own, is left out: compiled
/// modules beside their sources, and the `__init__` modules that only say that a package is shared with other eggs,
/// which one folder for all makes unnecessary (PEP 420).
struct EggLayout {
    /// What becomes of a member.
    enum Place: Equatable {
        /// It is installed at this path below ENV.
        case file(String)
        /// It is a script: its name below `bin`.
        case script(String)
        /// It is installed at this path unless it only loads the native module beside it.
        case loader(String)
        /// It is left out.
        case none
    }

    let egg: EggFilename
    let python: PythonVersion
    /// The name of the `.dist-info` folder that EGG-INFO becomes.
    let distInfo: String
    private let names: Set<String>
    /// Paths without an ending of the modules that native libraries are: `pkg/_speed`.
    private let nativeModules: Set<String>
    private let namespaces: Set<String>

    /// The files of EGG-INFO that are left out: the formats of eggs alone, and what is written anew.
    private static let replaced: Set<String> = [
        "PKG-INFO", "requires.txt", "depends.txt", "dependency_links.txt", "SOURCES.txt", "zip-safe", "not-zip-safe",
        "native_libs.txt", "METADATA", "WHEEL", "RECORD", "RECORD.jws", "RECORD.p7s", "INSTALLER", "REQUESTED",
        "direct_url.json",
    ]

    /// - Parameter namespaces: the packages of `namespace_packages.txt`, dotted.
    init(egg: EggFilename, python: PythonVersion, members: some Sequence<String>, namespaces: [String]) {
        self.egg = egg
        self.python = python
        let name = egg.name.description.map { $0 == "-" ? "_" : $0 }
        distInfo = "\(String(name))-\(egg.version).dist-info"
        names = Set(members)
        nativeModules = Set(
            names.lazy.filter { $0.hasSuffix(".so") }.map { path in
                let name = path.split(separator: "/").last ?? ""
                return String(path.dropLast(name.count) + name.prefix { $0 != "." })
            })
        self.namespaces = Set(namespaces.map { $0.split(separator: ".").joined(separator: "/") + "/__init__" })
    }

    /// Where a member goes.
    func place(of member: String) -> Place {
        if member.utf8.last == UInt8(ascii: "/") { return .none }
        if member.hasPrefix(EggMetadata.folder) {
            return place(ofMetadata: member.dropFirst(EggMetadata.folder.count))
        }
        let path = python.sitePackages + "/" + member
        if member.hasSuffix(".py") {
            let module = String(member.dropLast(".py".count))
            if namespaces.contains(module) { return .none }
            return nativeModules.contains(module) ? .loader(path) : .file(path)
        }
        if member.hasSuffix(".pyc") || member.hasSuffix(".pyo") {
            return isModule(member) ? .file(path) : .none
        }
        return .file(path)
    }

    /// Whether compiled code is a module without a source (`bdist_egg --exclude-source-files`).
    private func isModule(_ member: String) -> Bool {
        let module = String(member.dropLast(".pyc".count))
        return member.hasSuffix(".pyc") && !member.hasPrefix("__pycache__/") && !member.contains("/__pycache__/")
            && !names.contains(module + ".py") && !nativeModules.contains(module) && !namespaces.contains(module)
    }

    private func place(ofMetadata file: Substring) -> Place {
        if file.hasPrefix("scripts/") {
            let name = file.dropFirst("scripts/".count)
            // A folder there is one of compiled scripts.
            return !name.isFileName || name.hasSuffix(".pyc") ? .none : .script(String(name))
        }
        if Self.replaced.contains(String(file)) || file.hasSuffix(".pyc") { return .none }
        return .file("\(python.sitePackages)/\(distInfo)/\(file)")
    }
}
