import { describeFolderPort } from '../../ports/folders/folders.ts'
import { openFirestore, useFirestore } from './world.ts'

useFirestore()

describeFolderPort('Firestore', openFirestore)
