@_exported public import Documents

/// What is wrong with a recipe, lock or requirements file: every mistake found, each with its place.
public typealias RecipesError = DocumentError
