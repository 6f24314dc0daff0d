declare const brand: unique symbol
type Brand<T, Name extends string> = T & { readonly [brand]: Name }

/** A virtual path in NFC that `parsePath` accepted. A key in the catalog, never a path in a file system. */
export type WorkspacePath = Brand<string, 'WorkspacePath'>
/** An agent conversation or run, 1–128 characters of `A-Z a-z 0-9 . _ ~ -`. */
export type SessionId = Brand<string, 'SessionId'>
/** UUIDv4 of a file. Identifies its bytes and is never reused. */
export type FileId = Brand<string, 'FileId'>
