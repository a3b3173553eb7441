/**
 * The one-way rule: domain ← intake, clients, store, security ← activities ← workflows (types only) ← http, starters,
 * worker, web. Sandboxes share nothing with clients but published specs, otherwise both could be wrong together.
 */
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from: { path: from }, to });

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    rule(
      'domain-is-pure',
      'domain/ runs inside the workflow sandbox: domain, decimal.js and zod only',
      '^src/domain/',
      {
        path: '.',
        pathNot: ['^src/domain/', 'node_modules/(decimal\\.js|zod)/'],
      },
    ),
    rule(
      'workflows-know-types-only',
      'workflows/ sees the domain and the Temporal workflow API',
      '^src/workflows/',
      {
        path: '.',
        pathNot: ['^src/(domain|workflows)/', 'node_modules/@temporalio/(workflow|common)/'],
      },
    ),
    rule(
      'clients-know-no-record',
      'clients/ talk to vendors and know nothing of our record',
      '^src/clients/',
      {
        path: '^src/(?!clients/|domain/)',
      },
    ),
    rule('intake-maps-only', 'intake/ maps what clients read', '^src/intake/', {
      path: '^src/(?!intake/|clients/|domain/)',
    }),
    rule('security-stands-alone', 'security/ knows only itself', '^src/security/', {
      path: '^src/(?!security/|domain/)',
    }),
    rule('store-below-activities', 'store/ is the record: domain and security only', '^src/store/', {
      path: '^src/(?!store/|domain/|security/)',
    }),
    rule('activities-below-doors', 'activities/ never reach back to doors', '^src/activities/', {
      path: '^src/(http|starters|sandbox|embedded|process)/',
    }),
    rule('http-below-starters', 'http/ knows no starters, no engines, no sandboxes', '^src/http/', {
      path: '^src/(starters|sandbox|embedded)/',
    }),
    rule('sandbox-shares-specs-only', 'a sandbox never knows our clients', '^src/sandbox/', {
      path: '^src/(?!sandbox/|domain/calendar/|domain/result/)',
    }),
    rule('nobody-knows-sandboxes', 'only starters start and seed sandboxes', '^src/(?!sandbox/|starters/)', {
      path: '^src/sandbox/',
    }),
    rule('engines-stand-alone', 'embedded/ only starts engines', '^src/embedded/', {
      path: '^src/(?!embedded/)',
    }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
