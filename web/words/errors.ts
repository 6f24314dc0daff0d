import { CofferError } from '../../shared/client/coffer.ts'

export interface ErrorWords {
  title: string
  detail: string
  requestId?: string | undefined
}

/** A refusal in the words of the service, under a title that says what it means for the user. */
export function wordsOf(error: unknown): ErrorWords {
  if (!(error instanceof CofferError)) {
    return {
      title: 'The page has a fault',
      detail: error instanceof Error ? error.message : String(error),
    }
  }
  const { code, message: detail, requestId } = error
  if (code === 'network') {
    return {
      title: 'No connection',
      detail: 'The service does not answer. Check the connection, then try again.',
    }
  }
  return { title: titles[code] ?? 'This did not work', detail, requestId }
}

const titles: Partial<Record<CofferError['code'], string>> = {
  unauthenticated: 'Sign in again',
  forbidden: 'Not permitted',
  'not-found': 'Not here any more',
  'key-reused': 'This request was sent before with other values',
  'run-in-progress': 'The run has not ended yet',
  'path-taken': 'The name is taken',
  'quota-exceeded': 'The workspace is full',
  'too-large': 'Too large',
  'too-many-requests': 'Too many requests at once',
  'scanner-unavailable': 'The scanner does not answer',
  'store-unavailable': 'The store does not answer',
  internal: 'The service has a fault',
}
