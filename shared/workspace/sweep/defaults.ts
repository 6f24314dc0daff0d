/** A sweep scans a pending file of this age again. Younger files are left to the event of their upload. */
export const pendingAgeSeconds = 60
