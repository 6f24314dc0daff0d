import { WorkspaceError } from '../../model/errors.ts'
import { grpcStatus } from './status.ts'

/** The database, as in commands of the gcloud CLI. */
export interface DatabaseName {
  projectId: string
  databaseId: string
}

/** Firestore is unavailable or overloaded, or too many writers change one workspace. The same request may succeed later. */
const temporary = new Set<unknown>([
  grpcStatus.ABORTED,
  grpcStatus.DEADLINE_EXCEEDED,
  grpcStatus.UNAVAILABLE,
  grpcStatus.RESOURCE_EXHAUSTED,
])

/**
 * Translates an error of Firestore: to `store-unavailable` if it is temporary, or to an error with the command that corrects the
 * set-up. Returns any other error unchanged.
 */
export function translateError(error: unknown, database: DatabaseName): unknown {
  if (error instanceof WorkspaceError || !(error instanceof Error) || !('code' in error)) {
    return error
  }
  if (temporary.has(error.code)) {
    const detail = 'The catalog does not answer in time; try again later.'
    return new WorkspaceError('store-unavailable', detail, { cause: error })
  }
  const advice = adviceOn(error.code, error.message, database)
  if (advice === undefined) return error
  const singleLine = error.message.replaceAll(/\s+/g, ' ')
  return new Error(`${advice} (Firestore: ${singleLine})`, { cause: error })
}

function adviceOn(code: unknown, message: string, database: DatabaseName): string | undefined {
  const { projectId, databaseId } = database
  if (code === grpcStatus.FAILED_PRECONDITION && /requires an? .*index/i.test(message)) {
    return `Firestore lacks an index that firestore.indexes.json declares, or is still building it. Run: firebase deploy --only firestore:indexes --project ${projectId}`
  }
  if (code === grpcStatus.NOT_FOUND && /database/i.test(message)) {
    return `The project ${projectId} has no Firestore database ${databaseId}. Run: gcloud firestore databases create --database="${databaseId}" --location=LOCATION --project=${projectId}`
  }
  if (code === grpcStatus.PERMISSION_DENIED && /has not been used|disabled/i.test(message)) {
    return `The Firestore API is not enabled. Run: gcloud services enable firestore.googleapis.com --project=${projectId}`
  }
  if (code === grpcStatus.PERMISSION_DENIED) {
    return `The service's account may not use Firestore. Run: gcloud projects add-iam-policy-binding ${projectId} --member=serviceAccount:ACCOUNT --role=roles/datastore.user`
  }
  if (code === grpcStatus.UNAUTHENTICATED) {
    return 'Firestore does not accept the credentials. On a machine of your own, run: gcloud auth application-default login'
  }
  return undefined
}
