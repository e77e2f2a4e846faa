import Advisories
import Foundation
import SupplyChain
import TestSupport
import Testing

/// What is known of real packages, as an export has it.
///
/// The facts (ids, ranges of versions, and which versions are affected) are those of the Python Packaging Advisory
/// Database (pypa/advisory-database, CC BY 4.0) as of 2024-10-10; Python's `packaging` agrees with each of them.
@Suite("Real advisories")
struct RealAdvisoryTests {
    private struct Facts {
        let id: String
        let alias: String
        let package: String
        let modified: String
        /// `introduced`, `fixed` and `last_affected`, as `>=`, `<` and `<=`, in the record's own order.
        let events: [Substring]
        /// Affected by the ranges alone.
        let within: [Substring]
        /// Affected because they are named, whatever the ranges say.
        let named: [Substring]
        let sound: [Substring]

        init(_ line: Substring) {
            let fields = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            let lists = fields.dropFirst(4).map { $0 == "-" ? [] : $0.split(separator: " ") }
            (id, alias, package, modified) = (fields[0], fields[1], fields[2], fields[3])
            (events, within, named, sound) = (lists[0], lists[1], lists[2], lists[3])
        }

        /// With everything that an export has beside what is asked for.
        var record: String {
            let events = events.map { text in
                let kind = text.hasPrefix(">=") ? "introduced" : text.hasPrefix("<=") ? "last_affected" : "fixed"
                return #"{"\#(kind)": "\#(text.trimmingPrefix(/[<>]=?/))"}"#
            }
            return """
                {"schema_version": "1.6.0", "id": "\(id)", "modified": "\(modified)", "published": "2021-01-01T00:00:00Z",
                 "aliases": ["\(alias)"], "details": "A \\"fault\\" in \(package), \\u00fcberall: \\ud83d\\udc0d.\\n",
                 "references": [{"type": "FIX", "url": "https://forge.example/\(package)/commit/0"}],
                 "credits": [{"name": "A finder", "type": "FINDER"}],
                 "affected": [{
                   "package": {"ecosystem": "PyPI", "name": "\(package)", "purl": "pkg:pypi/\(package)"},
                   "ranges": [{"type": "GIT", "repo": "https://forge.example/\(package)",
                               "events": [{"introduced": "0"}, {"fixed": "2f9bd6b6b1d1a5d4f1c2"}]},
                              {"type": "ECOSYSTEM", "events": [\(events.joined(separator: ", "))]}],
                   "versions": [\(named.map { "\"\($0)\"" }.joined(separator: ", "))],
                   "ecosystem_specific": {}, "database_specific": {"source": "https://forge.example/\(id).yaml"}}]}
                """
        }
    }

    // id | alias | package | modified | events | affected by range | affected by name | not affected
    private static let facts = """
        PYSEC-2023-61|CVE-2023-31047|django|2023-06-05T01:12:51.525399Z|>=3.2 <3.2.19 >=4.0 <4.1.9 >=4.2 <4.2.1\
        |3.2.18 4.1.8 4.2|3.2a1 4.2rc1|3.1.13 3.2.19 3.2.24 4.1.9 4.1.12 4.2.1
        PYSEC-2021-843|CVE-2021-41206|tensorflow|2021-12-13T06:21:24.834833Z|>=0 <2.4.4 >=2.5.0 <2.5.2 >=2.6.0 <2.6.1\
        |0.12.0 2.4.0rc4 2.4.3 2.5.1 2.6.0|-|2.4.4 2.5.2 2.6.1
        PYSEC-2021-857|CVE-2021-41496|numpy|2021-12-27T21:27:46.586839Z|>=0 <1.19.0|0.9.6 1.19.0rc2|-|1.19.0
        PYSEC-2014-10|CVE-2014-3589|pillow|2021-07-05T00:01:23.718339Z|>=0 <2.3.2 >=2.5 <2.5.2|1.0 2.3.1 2.5.1|-\
        |2.3.2 2.4.0 2.5.2
        PYSEC-2021-66|CVE-2020-28493|jinja2|2021-03-22T16:34:00Z|>=0 <2.11.3|2.0rc1 2.11.2|-|2.11.3
        PYSEC-2023-212|CVE-2023-45803|urllib3|2023-10-25T18:28:34.811764Z|>=2.0.0 <2.0.7 >=0 <1.26.18\
        |0.2 1.26.17 2.0.6|-|1.26.18 2.0.7
        PYSEC-2023-74|CVE-2023-32681|requests|2023-06-05T01:13:00.534973Z|>=2.3.0 <2.31.0|2.3.0 2.30.0|-|2.2.1 2.31.0
        PYSEC-2021-142|CVE-2020-14343|pyyaml|2021-08-27T03:22:18.913334Z|>=0 <5.4|3.01 5.4b2|-|5.4
        PYSEC-2023-254|CVE-2023-49083|cryptography|2024-02-17T07:18:27.688636Z|>=3.1 <41.0.6|3.1 41.0.5|-|3.0 41.0.6
        PYSEC-2022-230|CVE-2022-2309|lxml|2023-05-25T05:07:00Z|>=0 <4.9.1|0.9 3.5.0b1 4.9.0|-|4.9.1
        PYSEC-2024-26|CVE-2024-23829|aiohttp|2024-02-06T20:20:18.162431Z|>=0 <3.9.2|0.1 3.7.4.post0 3.9.0rc0 3.9.1|-\
        |3.9.2
        PYSEC-2023-62|CVE-2023-30861|flask|2023-06-05T01:12:52.229549Z|>=0 <2.2.5 >=2.3.0 <2.3.2\
        |0.1 2.0.0rc2 2.2.4 2.3.1|-|2.2.5 2.3.2
        PYSEC-2023-221|CVE-2023-46136|werkzeug|2023-11-08T18:38:34.170214Z|>=0 <2.3.8 >=3.0.0 <3.0.1|0.1 2.3.7 3.0.0|-\
        |2.3.8 3.0.1
        PYSEC-2023-72|CVE-2023-32007|pyspark|2023-06-05T01:12:58.679776Z|>=0 <3.1.1 >=3.2.0 <3.2.2 >=3.1.1 <3.2.0\
        |2.1.1 3.0.3 3.1.3|-|3.2.2
        PYSEC-2023-114|CVE-2023-29824|scipy|2023-07-17T20:27:52.117232Z|>=0 <1.8.0|0.4.4 1.8.0rc4|-|1.8.0
        PYSEC-2022-12|CVE-2022-21699|ipython|2022-01-26T19:22:31.675139Z|>=0 <6.0.0rc1 >=6.0.0 <7.16.3 >=7.17.0 <7.31.1 \
        >=8.0.0 <8.0.1|0.6.4 5.10.0 7.0.0rc1 7.16.2 7.31.0 8.0.0|-|6.0.0rc1 7.16.3 7.31.1 8.0.0rc1 8.0.1
        PYSEC-2023-177|CVE-2023-41419|gevent|2023-09-25T14:28:09.019811Z|>=0 <23.9.0|0.9.2 1.5a4 23.7.0\
        |23.9.0 23.9.0.post1|23.9.1
        PYSEC-2024-86|CVE-2024-39317|wagtail|2024-09-19T19:20:17.668744Z|>=6.1 <6.1.3 >=6.0 <6.0.6 >=2.0 <5.2.6\
        |2.0 5.2rc1 5.2.5 6.0.5 6.1.2|-|2.0rc1 5.2.6 6.0.6 6.1.3
        PYSEC-2024-75|CVE-2024-41810|twisted|2024-09-11T19:19:18.005250Z|>=0 <24.7.0rc1|24.2.0rc1 24.3.0|-|24.7.0rc1
        PYSEC-2023-135|CVE-2023-37920|certifi|2023-08-07T05:41:30.977938Z|>=2015.4.28 <2023.7.22|2015.04.28 2023.5.7|-\
        |2023.7.22 2023.07.22
        PYSEC-2021-75|CVE-2020-35662|salt|2021-03-31T14:15:00Z|>=0 <2015.8.10 >=2015.8.11 <2015.8.13 >=2016.3.0 <2016.3.4 \
        >=2016.3.5 <2016.3.6 >=2016.3.7 <2016.3.8 >=2016.11.0 <2016.11.3 >=2016.11.4 <2016.11.5 >=2016.11.7 <2016.11.10 \
        >=2017.7.0 <2017.7.8 >=2018.3.0rc1 <2019.2.0rc1 >=2019.2.0 <2019.2.5 >=2019.2.6 <2019.2.8 >=3000 <3000.6 \
        >=3001 <3001.4 >=3002 <3002.5\
        |0.8.7 2015.8.9 2015.8.12 2016.3.3 2018.3.0rc1 2018.3.5 2019.2.4 3000.5 3002.4|-\
        |2015.8.10 2016.3.0rc3 2016.3.4 2019.2.0rc2 2019.2.5 3000.0.0rc2 3001rc1 3001.4 3002.5
        PYSEC-2021-124|CVE-2021-20191|ansible|2021-08-27T03:21:53.214122Z|>=0 <2.8.19 >=2.9.0 <2.9.18 >=2.10.0 <2.10.7\
        |1.0 2.8.19rc1 2.9.18rc1 2.10.6|-|2.8.19 2.9.0rc5 2.9.18 2.10.0rc1 2.10.7
        PYSEC-2022-43012|CVE-2022-40897|setuptools|2023-05-04T04:29:29.797493Z|>=0 <65.5.1\
        |0.6b1 51.1.0.post20201221 63.0.0b1 65.5.0|-|65.5.1
        PYSEC-2022-11|CVE-2021-45230|apache-airflow|2022-01-26T17:33:56.560362Z|>=1.10.0 <2.0.0b1 >=2.0.0 <2.2.0\
        |1.10.0 1.10.15 2.2.0rc1|-|1.9.0 2.0.0b1 2.0.0rc3 2.2.0
        PYSEC-2022-48|CVE-2021-22570|protobuf|2022-03-09T00:17:03.282830Z|>=0 <3.15.0|2.0.0beta 3.5.2.post1 3.15.0rc2|-\
        |3.15.0
        PYSEC-2022-288|CVE-2022-21797|joblib|2022-10-10T13:42:48.035346Z|>=0 <1.2.0|0.1a.dev 0.8.3-r1 1.1.0a0 1.1.1|-|1.2.0
        PYSEC-2022-42969|CVE-2022-42969|py|2022-11-04T11:00:00Z|>=0 <=1.11.0|1.9.0 1.10.0 1.11.0|-|1.11.1
        PYSEC-2008-8|CVE-2008-0299|paramiko|2021-08-27T03:22:10.050129Z|>=0 <1.7.2|1.0 1.7.1\
        |0.1-bulbasaur 0.9-ivysaur|1.7.2 0.9-moltres
        """.split(separator: "\n").map(Facts.init)

    @Test("of an export of them, each is found by its package, and says of each version what the database says")
    func matching() throws {
        let scratch = try Scratch("real-advisories")
        for facts in Self.facts { try scratch.write("osv/\(facts.id).json", facts.record) }
        let store = AdvisoryStore(in: scratch.file("data"))
        let files = AdvisoryFiles(scratch.file("osv"))
        let count = Self.facts.count
        #expect(try store.load(files) == .init(read: count, changed: count))
        #expect(
            try store.contents()
                == .init(advisories: count, packages: count, newest: "2024-09-19T19:20:17.668744Z"))
        #expect(try store.load(files) == .init(read: count, changed: 0))
        for facts in Self.facts {
            let package = try #require(AffectedPackage(.python, named: facts.package))
            let advisory = try #require(store.advisories(on: [package])[package]?.first)
            #expect(advisory.id == facts.id && advisory.aliases == [facts.alias])
            for version in facts.within + facts.named {
                #expect(advisory.match(package, version: String(version)) != nil, "\(facts.package) \(version)")
            }
            for version in facts.sound {
                #expect(advisory.match(package, version: String(version)) == nil, "\(facts.package) \(version)")
            }
        }
    }
}
