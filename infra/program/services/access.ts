type DocumentVerb = 'create' | 'delete' | 'get' | 'list' | 'update'
type ObjectVerb = 'create' | 'delete' | 'get' | 'list'

/** The rights of one function. `identity.ts` grants each on one database, one bucket or one service account. */
export interface Access {
  /** `datastore.entities.*` on the database. */
  documents: DocumentVerb[]
  /** `storage.objects.*` on the bucket of the files. */
  objects?: ObjectVerb[]
  /** `storage.objects.*` on the bucket of infected bytes. */
  quarantine?: ObjectVerb[]
  /** Signs links as its own service account. A link reads with the permissions of its signer. */
  signsLinks?: boolean
  /** Calls the service `render`. */
  renders?: boolean
}

/** Names of IAM permissions, sorted. */
export interface Permissions {
  documents: string[]
  objects: string[]
  quarantine: string[]
}

export function permissionsOf({ documents, objects = [], quarantine = [] }: Access): Permissions {
  const writes = documents.includes('create') || documents.includes('update')
  return {
    documents: [
      // Beginning a transaction needs this permission.
      ...(writes ? ['datastore.databases.get'] : []),
      ...documents.map((verb) => `datastore.entities.${verb}`),
    ].toSorted(),
    objects: objects.map((verb) => `storage.objects.${verb}`).toSorted(),
    quarantine: quarantine.map((verb) => `storage.objects.${verb}`).toSorted(),
  }
}
