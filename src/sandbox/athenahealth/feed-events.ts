export type FeedName =
  'labresults' | 'imagingresults' | 'patients' | 'appointments' | 'providers' | 'orders' | 'patientcases';

/** The events of each feed. Recorded for appointments, patients and providers; those of results were never published. */
export const feedEvents: Readonly<Record<FeedName, readonly string[]>> = {
  labresults: ['AddLabResult', 'UpdateLabResult', 'CloseLabResult'],
  imagingresults: ['AddImagingResult', 'UpdateImagingResult', 'CloseImagingResult'],
  patients: ['AddPatient', 'DeletePatient', 'UpdatePatient', 'MergePatient', 'UpdatePatientCustomField'],
  appointments: [
    'ScheduleAppointment',
    'CheckIn',
    'CheckOut',
    'UpdateAppointment',
    'CancelAppointment',
    'FreezeAppointment',
    'UnfreezeAppointment',
    'DeleteAppointment',
    'AddAppointmentSlot',
  ],
  providers: ['ProviderAdd', 'ProviderUpdate', 'ProviderDelete', 'ProviderUndelete'],
  orders: ['AddOrder', 'UpdateOrder'],
  patientcases: ['AddPatientCase', 'UpdatePatientCase', 'ClosePatientCase'],
};

export const feedNames = Object.keys(feedEvents) as readonly FeedName[];
