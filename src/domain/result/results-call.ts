/**
 * True for the route of documents that athenahealth's own ResultsCall tells the patient about (L31).
 * @param documentRoute As athenahealth writes it; anything else is no route.
 */
export function isResultsCall(documentRoute: unknown): boolean {
  return typeof documentRoute === 'string' && documentRoute.trim().toUpperCase() === 'RESULTSCALL';
}
