/// Which Debian or Ubuntu package has a tool, where the package is not called as the tool is.
enum ToolPackage {
    static func having(_ program: String) -> String? {
        let name = program.split(separator: "/").last.map(String.init) ?? program
        if isPython(name) { return name }
        return packages[name]
    }

    /// `python3`, `python3.11`: the package has the same name.
    private static func isPython(_ name: String) -> Bool {
        guard name.hasPrefix("python3") else { return false }
        let rest = name.dropFirst("python3".count)
        return rest.isEmpty || (rest.hasPrefix(".") && rest.count > 1 && rest.dropFirst().allSatisfy(\.isNumber))
    }

    private static let packages = [
        "apt-cache": "apt", "apt-config": "apt", "apt-get": "apt", "dpkg": "dpkg", "dpkg-deb": "dpkg",
        "gzip": "gzip", "mmdebstrap": "mmdebstrap", "mount": "mount", "runc": "runc", "skopeo": "skopeo",
        "tar": "tar", "umoci": "umoci", "umount": "mount", "unshare": "util-linux", "unzip": "unzip", "xz": "xz-utils",
        "zstd": "zstd",
    ]
}
