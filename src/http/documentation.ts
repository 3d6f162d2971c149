import { Router } from 'express';
import helmet from 'helmet';
import swaggerUi from 'swagger-ui-express';
import { openApi } from './open-api.js';
import { type AnyRoute } from './route.js';

/** `/openapi.json` for programs, `/docs` for people; both come from the routes themselves. */
export function documentation(routes: readonly AnyRoute[]): Router {
  const document = openApi(routes);
  const router = Router();
  router.get('/openapi.json', (_request, response) => {
    response.json(document);
  });
  router.use(
    '/docs',
    protection,
    swaggerUi.serve,
    swaggerUi.setup(document, { customSiteTitle: 'Watchbook API' }),
  );
  return router;
}

/** A page that loads nothing from elsewhere. Not upgraded to https: Watchbook itself speaks http. */
const protection = helmet({
  contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  strictTransportSecurity: false,
});
