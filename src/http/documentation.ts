import { Router } from 'express';
import helmet from 'helmet';
import swaggerUi from 'swagger-ui-express';
import { openApi } from './open-api.js';
import { readOnly } from './read-only.js';
import { type AnyRoute } from './route.js';

/** `/openapi.json` for programs, `/docs` for people; both come from the routes themselves. */
export function documentation(routes: readonly AnyRoute[]): Router {
  const document = openApi(routes);
  const router = Router();
  router.all('/openapi.json', readOnly);
  router.get('/openapi.json', (_request, response) => {
    response.json(document);
  });
  router.use('/docs', readOnly, protection, swaggerUi.serve);
  router.get('/docs', swaggerUi.setup(document, { customSiteTitle: 'Watchbook API' }));
  return router;
}

/** A page that loads nothing from elsewhere. Not upgraded to https: Watchbook itself speaks http. */
const protection = helmet({
  contentSecurityPolicy: {
    directives: {
      fontSrc: ["'self'", 'data:'],
      styleSrc: ["'self'", "'unsafe-inline'"],
      upgradeInsecureRequests: null,
    },
  },
  strictTransportSecurity: false,
});
