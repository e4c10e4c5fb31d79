### Las páginas detrás de los enlaces de los correos. Solo horas: ningún nombre, lugar ni motivo.
### Palabras sencillas: para lectores de doce años.

page-title = Su cita
page-said-yes = Usted dijo que va a venir. Gracias.
page-said-another-time = Usted pidió otra hora. Alguien le va a responder.
page-said-no = Usted dijo que no puede venir.
page-confirm = Sí, voy a estar
page-another-time = Necesito otra hora
page-cancel = Cancelar la cita
page-decline = No puedo ir
page-undo = Deshacer esto
page-undo-hint = ¿Fue un error? Puede deshacerlo durante diez minutos.
page-cancelled-title = Esta cita está cancelada
page-cancelled-body = No se va a realizar.
page-changed-title = Esta cita ha cambiado
page-changed-body = El correo que usted abrió ya no es válido.
page-see-now = Ver cómo está ahora
page-over-title = Esta cita ya empezó o ya pasó
page-over-body = Aquí ya no se puede cambiar nada.
page-call = Falta muy poco para la cita y aquí ya no se puede cambiar. Por favor llame.
page-call-number = El número es { $number }.
page-gone-title = Este enlace no funciona
page-gone-body = Es muy viejo o le falta una parte. Ábralo otra vez desde su correo más nuevo.
page-taken-title = Esta hora ya no está libre
page-taken-body = Otra persona la tomó mientras tanto. Alguien le va a proponer otra hora.
page-failed-title = Eso no funcionó
page-failed-body = Por favor intente de nuevo en un momento.
page-unsubscribe-title = ¿Dejar de recibir recordatorios?
page-unsubscribe-body = Todavía le avisaremos cuando una cita se haga, se cambie o se cancele.
page-unsubscribe = Sí, no más recordatorios
page-unsubscribed-title = No más recordatorios
page-unsubscribed-body = Ya no va a recibir recordatorios. Puede activarlos otra vez en Ajustes cuando entre, o pedírselo a la persona que le atiende.
