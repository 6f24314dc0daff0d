/** Why a file's content cannot be seen; undefined where it can. */
export type Hidden = 'encrypted' | 'scan-limit' | undefined
