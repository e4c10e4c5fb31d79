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
page-fewer-body = Todavía recibirá un correo cuando haya algo nuevo para usted. Serán menos.
page-fewer-stopped-body = Ya no va a recibir correos como este. Puede activarlos otra vez en Ajustes cuando entre.
page-updates-title = ¿Dejar de recibir estos correos?
page-updates-body = Solo dicen que hay algo nuevo para usted. Si los para, ningún correo se lo dirá.
page-updates-stop = Sí, no más correos como este
page-updates-stopped-title = No más correos como este
page-updates-stopped-body = Ningún correo le dirá ya que hay algo nuevo. Abra su página de vez en cuando para mirar.
page-updates-back = ¿Fue un error? Puede pedirlos otra vez aquí, o en Ajustes cuando entre.
page-updates-again = Enviarme otra vez estos correos

### Las páginas de un enlace para reservar. Solo horas, como arriba.
book-title = Elija una hora
book-lasts =
    { $count ->
        [one] Su cita dura { $count } minuto.
       *[other] Su cita dura { $count } minutos.
    }
book-how = Toque una hora. La apartamos diez minutos mientras usted decide.
book-none = En estos días no hay ninguna hora libre.
book-none-call = En estos días no hay ninguna hora libre. Por favor llame.
book-day = { $day } ({ $clocks })
book-count =
    { $count ->
        [one] { $count } hora
       *[other] { $count } horas
    }
book-there-how = El encuentro es en un lugar donde el reloj marca otra hora. Primero está la hora de usted, luego la de allí.
book-time-there = { $time } ({ $there } en { $city })
book-there = Donde es el encuentro, el reloj marca entonces: { $moment }, la hora de { $city }.
book-later = Días siguientes
book-first = Volver a los primeros días
book-clocks = Mostrar las horas según el reloj de
book-place = { $city } ({ $clocks })
book-clocks-go = Mostrar estas horas
book-confirm-title = ¿Reservar esta hora?
book-kept =
    { $count ->
        [one] Se la apartamos { $count } minuto más. Todavía no está reservada.
       *[other] Se la apartamos { $count } minutos más. Todavía no está reservada.
    }
book-kept-over = Ya no apartamos esta hora. Todavía puede tratar de reservarla.
book-go = Reservar esta hora
book-other = Elegir otra hora
book-booked-title = Su cita está reservada
book-booked-body = No tiene que hacer nada más. Si no puede venir, lo puede decir aquí.
book-see = Verla o cambiarla
book-taken-title = Esta hora ya no está libre
book-taken-body = Otra persona la tomó. No se reservó nada. Estas son las próximas horas libres:
book-taken-none = Otra persona la tomó. No se reservó nada, y en estos días no hay otra hora libre.
book-gone-title = Este enlace no funciona
book-gone-body = Ya se usó o es muy viejo. No se cambió nada.
book-gone-call = Por favor llame si necesita una cita.

### La página del correo que pregunta de quién es una dirección. La puede leer alguien ajeno: sin nombres y sin decir para qué.
page-address-title = ¿Es esta su dirección de correo?
page-address-body = Alguien la dio para recibir novedades. Si fue usted, diga que sí. Si no fue usted, dígalo o cierre esta página.
page-address-confirm = Sí, envíen aquí las novedades
page-address-not-me = No soy yo
page-address-confirmed-title = Gracias
page-address-confirmed-body = Las novedades llegarán a esta dirección de correo.
page-address-not-me-title = Gracias por avisarnos
page-address-not-me-body = A esta dirección no llegará ninguna novedad. No tiene que hacer nada más.
