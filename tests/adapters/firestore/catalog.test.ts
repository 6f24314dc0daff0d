import { describeCatalog } from '../../ports/catalog/catalog.ts'
import { openFirestore, useFirestore } from './world.ts'

useFirestore()

describeCatalog('Firestore', openFirestore)
