import { describeCatalog } from './catalog.ts'
import { openFirestore, useFirestore } from './firestore-world.ts'

useFirestore()

describeCatalog('Firestore', openFirestore)
