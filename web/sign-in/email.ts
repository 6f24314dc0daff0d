const key = 'coffer-email'

/** The address that asked for a link. The page that the link opens needs it. */
export function keptEmail(): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined
  } catch {
    return undefined
  }
}

export function keepEmail(email: string): void {
  try {
    localStorage.setItem(key, email)
  } catch {
    // A page that may not store anything asks again.
  }
}

export function forgetEmail(): void {
  try {
    localStorage.removeItem(key)
  } catch {
    // Nothing is kept.
  }
}
