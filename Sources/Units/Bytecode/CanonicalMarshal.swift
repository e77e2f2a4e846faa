/// Rewrites marshalled code so that equal code gives equal bytes.
///
/// CPython marks an object for later reference (`FLAG_REF`) when anything in the process holds it a second time, and it
/// refers back to objects that happen to be one and the same. Both depend on what the process did before: which strings
/// were interned, which constants were merged, in which order files were compiled. Here the stream is read into a table
/// of distinct values, and written anew from the values alone:
///
/// - an object is marked exactly when it is referred to again, and every further equal object is a reference;
/// - a string is marked as interned exactly when it is ASCII letters, digits and underscores, which is what the code
///   constructor interns anyway when the stream is loaded;
/// - a frozenset's elements are in the order of their bytes (CPython does so from 3.11 on; before, addresses decide).
///
/// The result loads as an equal code object.
///
/// Format: `Python/marshal.c` of CPython 3.8 to 3.14, marshal versions 4 and 5. One instance serves many streams, one
/// after the other, and keeps its buffers.
struct CanonicalMarshal {
    /// Why a stream cannot be rewritten.
    enum Refusal: Error {
        /// The stream ends too early, goes on too long, or has an index or count out of range.
        case malformed(at: Int)
        /// A type code that this reader does not know.
        case unknownType(UInt8)
    }

    /// How a code object's fields are laid out.
    struct CodeLayout {
        /// 32-bit numbers before the first object.
        let numbersBefore: Int
        /// Objects before `co_firstlineno`.
        let objectsBefore: Int
        /// Objects after `co_firstlineno`.
        let objectsAfter: Int

        /// The layout that CPython 3.`minor` writes.
        init(minor: Int) {
            if minor >= 11 {
                (numbersBefore, objectsBefore, objectsAfter) = (5, 8, 2)
            } else {
                (numbersBefore, objectsBefore, objectsAfter) = (6, 8, 1)
            }
        }

        var objects: Int { objectsBefore + objectsAfter }
    }

    private let layout: CodeLayout
    private var values: MarshalValues
    /// The distinct value behind each reference index of the stream.
    private var references: [UInt32] = []
    private var open: [OpenObject] = []
    /// Values read and not yet claimed by the object around them.
    private var pending: [UInt32] = []

    init(layout: CodeLayout) {
        self.layout = layout
        values = MarshalValues(layout: layout)
    }

    /// An object whose parts are still being read.
    private struct OpenObject {
        var kind: UInt8
        /// Parts yet to come.
        var missing: Int
        /// How many values were pending when the object began.
        var base: Int
        /// The reference index to give the object once it is whole, or -1.
        var reference: Int
        /// Where its numbers start in the stream.
        var numbers: Int
        /// Where `co_firstlineno` stands, once reached.
        var line = 0
    }

    /// Appends the canonical form of one marshalled object to `output`.
    mutating func rewrite(_ stream: UnsafeRawBufferPointer, into output: inout [UInt8]) throws(Refusal) {
        values.begin(stream)
        references.removeAll(keepingCapacity: true)
        open.removeAll(keepingCapacity: true)
        pending.removeAll(keepingCapacity: true)
        let end = try read(stream)
        guard end == stream.count, let root = pending.first, pending.count == 1 else { throw .malformed(at: end) }
        values.write(root, into: &output)
    }

    /// Reads one object; returns where it ends and leaves its value pending.
    private mutating func read(_ stream: UnsafeRawBufferPointer) throws(Refusal) -> Int {
        var cursor = MarshalCursor(stream)
        repeat {
            if try readObject(&cursor) { try closeObjects(&cursor) }
        } while !open.isEmpty
        return cursor.position
    }

    /// Reads one type code and what follows it. Returns whether a whole value is now pending.
    private mutating func readObject(_ cursor: inout MarshalCursor) throws(Refusal) -> Bool {
        let code = try cursor.byte()
        let kind = code & 0x7F
        var reference = -1
        if code & 0x80 != 0 {
            reference = references.count
            references.append(UInt32.max)
        }
        switch kind {
        case MarshalType.none, MarshalType.false, MarshalType.true, MarshalType.ellipsis, MarshalType.stopIteration,
            MarshalType.null:
            finish(values.leaf(kind, cursor.position..<cursor.position), reference)
        case MarshalType.int:
            finish(values.leaf(kind, try cursor.take(4)), reference)
        case MarshalType.binaryFloat:
            finish(values.leaf(kind, try cursor.take(8)), reference)
        case MarshalType.binaryComplex:
            finish(values.leaf(kind, try cursor.take(16)), reference)
        case MarshalType.long:
            let digits = try cursor.int32()
            let start = cursor.position - 4
            _ = try cursor.take(Int(digits.magnitude) * 2)
            finish(values.leaf(kind, start..<cursor.position), reference)
        case MarshalType.bytes:
            let count = try cursor.count()
            finish(values.leaf(kind, try cursor.take(count)), reference)
        case MarshalType.interned, MarshalType.unicode, MarshalType.ascii, MarshalType.asciiInterned:
            let count = try cursor.count()
            finish(values.text(try cursor.take(count)), reference)
        case MarshalType.shortASCII, MarshalType.shortASCIIInterned:
            let count = Int(try cursor.byte())
            finish(values.text(try cursor.take(count)), reference)
        case MarshalType.reference:
            let index = try cursor.count()
            guard index < references.count, references[index] != UInt32.max else {
                throw .malformed(at: cursor.position)
            }
            pending.append(references[index])
        case MarshalType.smallTuple:
            return try begin(MarshalType.tuple, parts: Int(try cursor.byte()), reference, &cursor)
        case MarshalType.tuple, MarshalType.list, MarshalType.set, MarshalType.frozenSet:
            return try begin(kind, parts: try cursor.count(), reference, &cursor)
        case MarshalType.slice:
            return try begin(kind, parts: 3, reference, &cursor)
        case MarshalType.code:
            let numbers = cursor.position
            _ = try cursor.take(4 * layout.numbersBefore)
            open.append(
                OpenObject(
                    kind: kind, missing: layout.objects, base: pending.count, reference: reference, numbers: numbers))
            return false
        default:
            throw .unknownType(code)
        }
        return true
    }

    /// Opens a container. Returns whether it is whole already, having no parts.
    private mutating func begin(
        _ kind: UInt8, parts: Int, _ reference: Int, _ cursor: inout MarshalCursor
    ) throws(Refusal) -> Bool {
        // Each part takes a byte at least, so a count beyond the rest is a lie, not a reason to allocate.
        guard parts <= cursor.remaining else { throw .malformed(at: cursor.position) }
        if parts == 0 {
            finish(values.composite(kind, parts: UnsafeBufferPointer(start: nil, count: 0)), reference)
            return true
        }
        open.append(OpenObject(kind: kind, missing: parts, base: pending.count, reference: reference, numbers: 0))
        return false
    }

    private mutating func finish(_ value: UInt32, _ reference: Int) {
        if reference >= 0 { references[reference] = value }
        pending.append(value)
    }

    /// After a whole value: completes the objects that it was the last part of.
    private mutating func closeObjects(_ cursor: inout MarshalCursor) throws(Refusal) {
        while var object = open.popLast() {
            object.missing -= 1
            if object.kind == MarshalType.code, object.missing == layout.objectsAfter {
                object.line = cursor.position
                _ = try cursor.take(4)
            }
            guard object.missing == 0 else {
                open.append(object)
                return
            }
            let value = pending.withUnsafeBufferPointer { pending in
                let parts = UnsafeBufferPointer(rebasing: pending[object.base...])
                return object.kind == MarshalType.code
                    ? values.code(parts: parts, numbers: object.numbers, line: object.line)
                    : values.composite(object.kind, parts: parts)
            }
            pending.removeLast(pending.count - object.base)
            finish(value, object.reference)
        }
    }
}
