import type { File, Storage } from '@google-cloud/storage'
import type { SignOptions } from '../../ports/blob-store.ts'
import { TransientError } from './retry.ts'

/**
 * A V4 signed URL of one generation, at most seven days ahead. With a key it costs no request; without one IAM signs
 * (`signBlob`), and the service account needs `roles/iam.serviceAccountTokenCreator` on itself. Takes a `File` that is
 * used for nothing else.
 */
export async function signObjectUrl(
  file: File,
  options: SignOptions & { generation: string; endpoint: string | undefined },
): Promise<string> {
  const { expiresAt, contentType, contentDisposition, generation, endpoint } = options
  // The official client throws only the message of an error in signing, whose status decides about another attempt.
  let failure: unknown
  file.storage = signingBy(file.storage, async (signing) => {
    try {
      return await signing
    } catch (error) {
      failure = error
      throw error
    }
  })
  const signed = file.getSignedUrl({
    version: 'v4',
    action: 'read',
    expires: expiresAt,
    responseType: contentType,
    responseDisposition: contentDisposition,
    queryParams: { generation },
    ...(endpoint !== undefined && { signingEndpoint: endpoint }),
  })
  const [url] = await signed.catch((error: unknown) => {
    throw failure ?? error
  })
  return url
}

/** The same client, which hands its signatures to a function on their way. */
function signingBy(
  storage: Storage,
  handle: (signing: Promise<string>) => Promise<string>,
): Storage {
  const auth = storage.authClient
  const authClient = {
    getCredentials: () => auth.getCredentials(),
    sign: (data: string, endpoint?: string) => handle(signatureOf(auth.sign(data, endpoint))),
  }
  return Object.create(storage, { authClient: { value: authClient } }) as Storage
}

/** The answer of IAM is not looked at by its client: cut off, it has no signature. */
async function signatureOf(signing: Promise<string | undefined>): Promise<string> {
  const signature = await signing
  if (signature === undefined) throw new TransientError('The answer of IAM is not whole')
  return signature
}
