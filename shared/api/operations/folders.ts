import { folderListingSchema } from '../answers/folders.ts'
import type { Operations } from '../operation.ts'
import { foldersQuery } from '../requests/reads.ts'

export const folderOperations: Operations = {
  'GET /folders': {
    id: 'listFolders',
    summary:
      'Lists the direct subfolders of a folder with the number and the bytes of their files.',
    access: 'files:read',
    query: foldersQuery,
    answers: {
      200: { description: 'One page.', content: { 'application/json': folderListingSchema } },
    },
    problems: ['not-found'],
  },
}
