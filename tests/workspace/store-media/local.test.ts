import { describeImport } from '../import-file.ts'
import { openLocalWorkspace } from '../local-workspace.ts'
import { describeStoreMedia } from './store-media.ts'

describeStoreMedia('SQLite and the disk', () => openLocalWorkspace())
describeImport('SQLite and the disk', () => openLocalWorkspace())
