declare const brand: unique symbol
type Brand<T, Name extends string> = T & { readonly [brand]: Name }

/** A virtual path, in NFC and within the rules: a key in the catalog, never a place on a disk. */
export type WorkspacePath = Brand<string, 'WorkspacePath'>
/** An agent conversation or run, 1–128 characters of `A-Z a-z 0-9 . _ ~ -`. */
export type SessionId = Brand<string, 'SessionId'>
/** UUIDv4 of a file; names bytes, for ever. */
export type FileId = Brand<string, 'FileId'>
