/** A file record in answers of the service. */
export interface FileRecord {
  id: string
  workspaceId: string
  name: string
  path: string
  sessionId: string | null
  state: 'pending' | 'ready' | 'infected' | 'unscannable'
  mimeType: string
  sizeBytes: number
  checksum: string | null
  storagePath: string
  generation: string | null
  scan: {
    verdict: 'clean' | 'infected' | 'unscannable'
    threat?: string
    reason?: string
    engine: string
    signatureVersion: string | null
    signaturesAt?: string
    scannedAt: string
  } | null
  /** Set while the file is pending. */
  reservation?: { expiresAt: string; maxBytes: number; receivedBytes?: number; overwrite: boolean }
  metadata: Record<string, unknown>
  origin: string
  createdAt: string
  modifiedAt: string
  updatedAt: string
  isDeleted: boolean
  deletedAt: string | null
  supersededBy: string | null
}

export interface Usage {
  usedBytes: number
  reservedBytes: number
  trashBytes: number
  limitBytes: number
  usedPercent: number
  fileCount: number
}

export interface ListPage {
  files: FileRecord[]
  folders?: string[]
  nextCursor?: string
  hasMore: boolean
  total?: number
}

export interface UploadTicket {
  file: FileRecord
  upload: {
    url: string
    method: string
    protocol: string
    chunkMultiple: number
    expiresAt: string
  }
}
