/** "Coff" */
const applicationId = 0x436f_6666

/**
 * Writes one page that stays the same. The first write to a new or restarted log syncs its header, whatever
 * `synchronous` says but `OFF`: this takes the sync where nobody waits for it.
 */
export const startLog = `PRAGMA application_id = ${applicationId}`
