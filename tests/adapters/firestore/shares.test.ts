import { describeShares } from '../../ports/shares/shares.ts'
import { openFirestore, useFirestore } from './world.ts'

useFirestore()

describeShares('Firestore', openFirestore)
