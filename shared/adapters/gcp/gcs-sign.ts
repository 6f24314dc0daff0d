import type { File } from '@google-cloud/storage'
import type { SignOptions } from '../../workspace/ports.ts'

/**
 * A V4 signed URL of one generation, at most seven days ahead. With a key it costs no request; without one IAM signs
 * (`signBlob`), and the service account needs `roles/iam.serviceAccountTokenCreator` on itself.
 */
export async function signObjectUrl(
  file: File,
  options: SignOptions & { generation: string; endpoint: string | undefined },
): Promise<string> {
  const { expiresAt, contentType, contentDisposition, generation, endpoint } = options
  const [url] = await file.getSignedUrl({
    version: 'v4',
    action: 'read',
    expires: expiresAt,
    responseType: contentType,
    responseDisposition: contentDisposition,
    queryParams: { generation },
    ...(endpoint !== undefined && { signingEndpoint: endpoint }),
  })
  return url
}
