import type { FileView } from '../../shared/client/coffer.ts'

/** Who made a file. */
export const origins: Record<FileView['origin'], string> = {
  'user-upload': 'Upload',
  'agent-created': 'Agent',
  generated: 'Generated',
}
