public import Cryptography
internal import JSONDocument
internal import PythonPackaging

extension Recipe {
    /// The digest of what the recipe says: not of its layout, comments, credentials, or the order of what has none.
    public var digest: SHA256Digest {
        SHA256Digest(of: Recipe.shape.json(normalised).pretty)
    }

    /// The recipe with its sets in order: the order of requirements and platforms means nothing.
    var normalised: Recipe {
        var recipe = self
        recipe.python.packages.sort { left, right in
            let texts = (left.requirement.description, right.requirement.description)
            return texts.0 == texts.1 ? left.hashes.lexicographicallyPrecedes(right.hashes) : texts.0 < texts.1
        }
        recipe.python.constraints.sort { $0.description < $1.description }
        recipe.python.overrides.sort { $0.description < $1.description }
        recipe.platforms.sort { $0.description < $1.description }
        return recipe
    }
}
