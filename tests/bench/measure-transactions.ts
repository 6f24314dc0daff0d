import { registerHooks } from 'node:module'

const measured = new URL('transactions.ts', import.meta.url).href

/** Has the catalog of this process change Firestore by `transactions.ts`. */
registerHooks({
  resolve(specifier, context, next) {
    const isOfCatalog = specifier.endsWith('/transaction/transact.ts')
    return isOfCatalog && context.parentURL !== measured
      ? next(measured, context)
      : next(specifier, context)
  },
})
