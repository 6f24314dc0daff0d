import type { File, Storage } from '@google-cloud/storage'
import type { SignOptions } from '../../ports/blob-store.ts'
import { TransientError } from './retry.ts'

/**
 * Creates a V4 signed URL of one generation that expires in at most seven days. With a key, sends no request. Without a key,
 * IAM signs (`signBlob`), and the service account needs `roles/iam.serviceAccountTokenCreator` on itself. Changes `file`, so
 * pass a `File` that no other code uses.
 */
export async function signObjectUrl(
  file: File,
  options: SignOptions & { generation: string; endpoint: string | undefined },
): Promise<string> {
  const { expiresAt, contentType, contentDisposition, generation, endpoint } = options
  // The official client drops the status of a signing error, which decides about a retry. Keep the original error.
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

/** The same client, but `handle` receives its signatures first. */
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

/** The client does not check the response of IAM. A truncated response has no signature. */
async function signatureOf(signing: Promise<string | undefined>): Promise<string> {
  const signature = await signing
  if (signature === undefined) throw new TransientError('The response of IAM is incomplete')
  return signature
}
