import { statusOf } from './retry.ts'

/** Translates an error of Cloud Storage to one line with the command that corrects the set-up. Undefined for any other error. */
export function setupError(bucket: string, error: unknown): Error | undefined {
  const remedy = remedies.find(({ when }) => when(error))
  return remedy && new Error(remedy.message(bucket), { cause: error })
}

/** Whether the object or the generation does not exist. */
export function isMissing(error: unknown): boolean {
  return statusOf(error) === 404
}

/** Whether a precondition failed: the object already exists, or has another generation. */
export function isTaken(error: unknown): boolean {
  return statusOf(error) === 412
}

interface Remedy {
  when: (error: unknown) => boolean
  message: (bucket: string) => string
}

const remedies: Remedy[] = [
  {
    when: (error) => isMissing(error) && hasMessage(error, /bucket does not exist/i),
    message: (bucket) =>
      `There is no bucket "${bucket}". Run: gcloud storage buckets create gs://${bucket} --uniform-bucket-level-access --public-access-prevention, or correct MEDIA_GCS_BUCKET_NAME.`,
  },
  {
    when: (error) => hasMessage(error, /IAM Service Account Credentials API has not been used/i),
    message: () =>
      'URLs cannot be signed without a key while the IAM Credentials API is off. Run: gcloud services enable iamcredentials.googleapis.com',
  },
  {
    when: (error) => hasMessage(error, /signBlob/i),
    message: () =>
      'The service account may not sign URLs in its own name. Run: gcloud iam service-accounts add-iam-policy-binding SERVICE_ACCOUNT --member=serviceAccount:SERVICE_ACCOUNT --role=roles/iam.serviceAccountTokenCreator',
  },
  {
    when: (error) =>
      hasMessage(error, /accessNotConfigured|SERVICE_DISABLED|API has not been used/i),
    message: () =>
      'The Cloud Storage API is off in this project. Run: gcloud services enable storage.googleapis.com',
  },
  {
    when: (error) =>
      hasMessage(error, /Could not load the default credentials|NO_CREDENTIALS_FOUND/i),
    message: () =>
      'There are no Google credentials here. Run: gcloud auth application-default login, or attach a service account to the service.',
  },
  {
    when: (error) => [401, 403].includes(statusOf(error) ?? 0),
    message: (bucket) =>
      `The service account may not use the bucket "${bucket}". Run: gcloud storage buckets add-iam-policy-binding gs://${bucket} --member=serviceAccount:SERVICE_ACCOUNT --role=roles/storage.objectUser`,
  },
]

/** Whether the message of an error, or of the response in it, matches. */
function hasMessage(error: unknown, pattern: RegExp): boolean {
  if (!(error instanceof Error)) return false
  const { errors, response } = error as { errors?: unknown; response?: { data?: unknown } }
  return [error.message, JSON.stringify(errors), JSON.stringify(response?.data)].some(
    (text) => text !== undefined && pattern.test(text),
  )
}
