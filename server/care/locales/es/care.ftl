### Lo que dicen las páginas en torno a un cliente: personas, permisos, visitas, correos.

## Personas y permisos, para el personal
caseload = Tus clientes
caseload-transfer = Pasar clientes
caseload-none = Aún no tienes clientes a tu cargo.
choose-client = Elige un cliente para ver la gente a su alrededor.
client-summary =
    { $circles ->
        [one] { $circles } círculo
       *[other] { $circles } círculos
    } · { $caregivers ->
        [one] { $caregivers } cuidador
       *[other] { $caregivers } cuidadores
    }
client-circles = Círculos
client-circles-none = Aún no hay ningún círculo.
client-caregivers = Cuidadores
client-caregivers-none = No hay cuidadores registrados.
client-staff = Personal
client-mails = Correo
client-mails-show = Qué correos recibe este cliente
circle-planned = Aún no está abierto
consent-none = Aún no hay permiso para { $name }.
consent-first = Anota primero un permiso. Después puedes invitar a { $name } a un círculo nuevo.
consent-record = Anotar un permiso
consent-record-another = Anotar otro permiso
consent-intro = Anotas que { $client } permite que { $name } reciba mensajes. Esto no abre ningún círculo por sí solo.
consent-basis = ¿Cómo lo dio?
consent-note = ¿Qué se acordó?
consent-note-hint = Quién dijo qué, cuándo y dónde. El cliente puede leer esto.
consent-until = ¿Hasta cuándo?
consent-until-hint = Deja esto vacío si dura hasta que el cliente lo retire.
consent-scope = ¿Qué incluye?
consent-visits = Puede saber las horas de las visitas y participar
consent-reminders = Puede recibir recordatorios de las visitas por correo
consent-save = Guardar permiso
consent-recorded = Guardado. Ya puedes invitar a { $name } a un círculo nuevo.
consent-live = Vale ahora
consent-over = Terminó
consent-from = Desde el { $from } hasta que lo retire
consent-from-until = Desde el { $from } hasta el { $until }
consent-circles = Mensajes en: { $titles }
consent-circles-none = Aún sin mensajes en ningún círculo
consent-visits-yes = Puede saber las horas de las visitas y participar
consent-visits-no = No se le avisa de las visitas
consent-reminders-yes = Puede recibir recordatorios de las visitas por correo
consent-reminders-no = No recibe recordatorios de las visitas
consent-recorded-by = Anotado por { $name }
consent-note-said = Nota: { $note }
consent-clear-calendar = Quitar también de su calendario las próximas visitas
consent-clear-calendar-hint = Recibe un solo correo que no dice el motivo. Sin esto no recibe nada.
consent-withdraw = Retirar este permiso
consent-withdraw-sure = ¿Retirarlo ahora? { $name } ya no recibe mensajes ni horas de visitas. Nadie le dice por qué.
consent-withdraw-yes = Sí, retirar
consent-withdrawn = Retirado. { $name } ya no recibe nada con este permiso.
circle-new = Invitar a un círculo nuevo
circle-new-intro = Esto crea un círculo nuevo. { $name } ve solo lo que se escribe allí. Los otros círculos siguen cerrados.
circle-new-suggestion = Familia de { $name }
circle-title = Título del círculo nuevo
circle-title-hint = Todos los que están en él ven el título.
circle-members = ¿Quién está en él?
circle-history = ¿Se guardan los mensajes anteriores?
circle-history-keep = Guardar historial
circle-history-keep-hint = Un teléfono nuevo puede leer lo que se escribió antes.
circle-history-none = No guardar historial
circle-history-none-hint = Quien entre más tarde en un teléfono encuentra menos. Pero si alguien pierde su teléfono, los mensajes anteriores se pierden.
circle-make = Crear el círculo
circle-planned-done = «{ $title }» está creado. Se abre cuando la gente entra.

## Lo que ve un cliente
my-people = La gente a tu alrededor
my-people-intro = Aquí ves quién puede leer qué. Nadie más puede.
my-circles = Tus círculos
my-caregivers = Tu familia y quienes te ayudan
my-caregivers-none = No hay nadie registrado.
my-consent-none = No permitiste mensajes para esta persona.
my-consent-withdraw = Retiro este permiso
my-consent-withdraw-sure = ¿Retirarlo ahora? { $name } ya no recibe mensajes ni horas de visitas. No le decimos por qué.
my-consent-withdraw-yes = Sí, retirarlo
my-consent-withdrawn = Listo. { $name } ya no recibe nada desde ahora.
my-change = ¿Quieres cambiar esto? Dilo a quien lleva tu caso. Puedes retirarlo cuando quieras.
my-staff-until = { $name } ayuda hasta el { $time }.
my-staff = Tu equipo en la agencia

## Visitas, como las leen todos
kind-video = Visita por video
kind-phone = Llamada
kind-office = En la oficina
kind-home = En casa
kind-community = En otro lugar
kind-court = Cita en el juzgado
when-zone = Hora de { $city } (UTC{ $offset })
when-there = { $time } en { $city } (UTC{ $offset })
when-zone-plain = Hora de { $city }
when-zone-named = En { $name }
when-there-plain = { $time } en { $city }
visit-join = Entrar a la visita por video
visit-booked = Reservada
visit-completed = Se hizo
visit-no-show = No vino
visit-cancelled = Cancelada
visit-over = Ya pasó
visit-with = Con { $names }
visits-over =
    { $count ->
        [one] { $count } visita anterior o cancelada
       *[other] { $count } visitas anteriores o canceladas
    }
close-ask = ¿Cómo fue?
close-again = Cambiar cómo fue
close-title = ¿Cómo fue esta visita?
close-outcome = ¿Se hizo?
close-next = Qué sigue
close-note = Qué recordar
close-note-hint = Solo puede leerlo el personal que atiende a este cliente.
close-done = Se guardó cómo fue.
close-by = Lo escribió { $name }, { $time }
next-none = Nada por ahora
next-book-again = Reservar otra visita
next-call = Llamar al cliente
next-refer = Enviar a otra persona
next-other = Otra cosa, según la nota
reason-client = El cliente lo pidió
reason-agency = La agencia no puede
reason-mistake = Se reservó por error
reason-other = Otra cosa

## Las visitas propias
my-visits = Tus visitas
visits-next = Tu próxima visita
visits-later = Después
visits-none = No tienes visitas. Cuando haya una, la ves aquí.
mine-yes = Dijiste: allí estaré.
mine-asked = Pediste otra hora. Te llamamos o te escribimos. Hasta entonces queda esta hora.
mine-no = Dijiste: no puedo ir.
mine-cancelled = Cancelaste esta visita
reply-yes = Allí estaré
reply-another = Necesito otra hora
reply-cancel = Cancelar esta visita
reply-cancel-sure = ¿Cancelar esta visita para todos?
reply-cancel-yes = Sí, cancelar
reply-no = No puedo ir
reply-no-sure = ¿Nos dices que no puedes ir? La visita sigue para los demás.
undo = Mantener la visita
undo-hint = Puedes deshacerlo durante diez minutos.
undo-done = Bien. Tu visita sigue en pie.

## Reservar visitas, para el personal
visit-book = Reservar una visita
visit-book-go = Reservar esta visita
visit-booked-done = Reservada: { $time }. Los correos salen ahora.
visit-type = ¿Qué tipo de visita?
visit-type-none = Ningún tipo en particular
visit-kind = ¿Cómo se ven?
visit-day = Día
visit-length = ¿Cuánto dura?
visit-time = Hora
visit-time-hint = Toca una hora libre o escribe una.
visit-zone = Zona horaria
visit-zone-hint = Escribe una ciudad y elige de la lista.
visit-zone-client = El reloj del cliente. Para otro, escribe una ciudad y elige de la lista.
visit-zone-site = El reloj de tu oficina. Para otro, escribe una ciudad y elige de la lista.
visit-zone-other = Elegiste otro reloj. Las visitas así van por el reloj de { $city }.
visit-link = Enlace de la reunión
visit-link-hint = De tu programa de video. Empieza con https://
visit-place = ¿Dónde se ven?
visit-place-hint = Por ejemplo: calle Olmo 12, segundo piso. Un correo lo dice solo si el cliente eligió correos con más detalles.
visit-place-at = Dónde
visit-place-say = Decir dónde
visit-place-change = Cambiar el lugar
visit-place-title = ¿Dónde es esta visita?
visit-place-scope = Las próximas visitas de esta serie también serán allí.
visit-place-mails = La hora sigue igual. Todos los que participan reciben un correo. Deja el campo vacío para quitar el lugar.
visit-place-go = Guardar el lugar
visit-place-done = El lugar está guardado. Los correos salen ahora.
visit-caregivers = ¿Quién más participa?
caregiver-no-consent = El cliente aún no lo permitió.
caregiver-not-covered = El permiso no incluye visitas.
visit-team = ¿Quién más del equipo?
visit-team-hint = Así ves las horas en que todos están libres. Cada persona recibe la visita en su calendario.
visit-team-find = Busca un nombre
visit-team-none = Ningún nombre coincide.
visit-team-change = Cambiar quién viene
visit-team-change-title = ¿Quién viene a esta visita?
visit-team-change-hint = La hora sigue igual. Todos los que participan reciben un correo.
visit-team-change-series = Vale solo para esta visita, no para las otras de su serie.
visit-team-change-go = Guardar quién viene
visit-team-changed = Guardado. Los correos salen ahora.
visit-team-taken = A esa hora no todos están libres.
visit-team-instead =
    { $count ->
        [one] A esta hora todos estarían libres. Puedes mover la visita antes.
       *[other] A estas horas todos estarían libres. Puedes mover la visita antes.
    }
visit-team-clock = Estas horas van por el reloj de { $city }, no por el tuyo de { $here }.
visit-team-clock-named = Estas horas van en { $name }, no en la tuya, { $mine }.
visit-beside = Tú acompañas. Quien atiende al cliente puede cambiar esta visita.
visit-left = Esta visita está reservada con { $name }, que no seguirá con este cliente. Tómala o cancélala.
visit-left-go = Tomar la visita
visit-left-done = La visita ahora es tuya. Los correos salen ahora.
visit-left-busy = A esa hora no estás libre. Cancela la visita y reserva otra hora.
visit-overlaps = { $name } tiene otra visita a esa hora.
visit-mails-why = Correos sobre esta visita: ¿quién recibió uno y por qué no?
visit-mails-none = No hubo ningún correo y no hay ninguno previsto.
mail-invitation = El aviso de la visita
mail-series = El aviso de toda la serie
mail-three-days = Recordatorio, tres días antes
mail-one-day = Recordatorio, el día antes
mail-one-hour = Recordatorio, una hora antes
mail-room-open = La sala está abierta
mail-cancellation = La visita se cancela
mail-other = Otro correo
mail-planned = Se enviará: { $time }.
mail-sent = Enviado: { $time }.
mail-why-night = De noche nadie recibe recordatorios.
mail-why-safe-hours = Los correos solo llegan en las horas que esta persona eligió.
mail-why-clock = El reloj del servidor saltó. No sale ningún correo hasta que esté bien.
mail-why-busy = El servidor de correo no lo aceptó cuando lo intentamos.
mail-why-unknown = La línea se cortó mientras iba en camino. Puede que haya llegado.
mail-why-confirmed = La persona dijo que irá, así que no se lo recordamos.
mail-why-declined = La persona dijo que no puede ir.
mail-why-opted-out = La persona no quiere recordatorios.
mail-why-no-consent = El cliente no lo permitió, o ya no lo permite.
mail-why-left = La persona ya no viene a esta visita.
mail-why-over = La visita había terminado.
mail-why-fresh = La persona acababa de recibir el aviso de la visita.
mail-why-series = Lo dice el correo sobre toda la serie.
mail-why-never-told = La persona nunca supo de la visita, así que no hay nada que retirar.
mail-why-no-link = La visita no tiene enlace para la videollamada.
mail-why-changed = Algo cambió antes de que saliera.
mail-why-superseded = También tocaba un correo posterior, y ese lo dice todo.
mail-why-too-late = Su hora había pasado. Quizás el servidor no funcionaba.
mail-why-outside-call = Llegaría fuera de las horas que esta persona eligió, y en ellas llegaría tarde. Por favor, llama.
mail-why-outside = Llegaría fuera de las horas que esta persona eligió.
mail-why-no-address = No hay una dirección de correo que funcione.
mail-why-unconfirmed = La dirección de correo todavía no está confirmada.
mail-why-refused = El correo a esta dirección volvió, o la dirección no es suya.
mail-why-rejected = El servidor de correo no lo quiso aceptar.
mail-why-broken = El servidor no lo pudo escribir. Avisa a quien lo mantiene.
mail-why-nothing = No había nada que decir.
visit-kept = Esta hora está guardada para ti hasta las { $time }.
visit-kept-team = Esta hora está guardada para todos ustedes hasta las { $time }.
visit-mails = Todos los que participan y tienen correo reciben la hora, y avisos antes.
free-times = Tus horas libres el { $day }
free-times-none = No tienes horas libres este día.
free-times-team = Cuando todos están libres el { $day }
free-times-team-none = Este día no hay una hora en que todos estén libres.
free-times-failed = No pudimos buscar horas libres. Puedes escribir una.
instead =
    { $count ->
        [one] Esta sirve:
       *[other] Estas horas están libres:
    }
visits-none-staff = No hay ninguna visita reservada.
answer-yes = allí estará
answer-no = no puede ir
answer-asked = necesita otra hora
answer-for = lo dijo { $name } en su lugar
answer-none = aún no responde
visit-change = Cambiar
visit-move = Mover
visit-move-title = Mover esta visita
visit-move-go = Mover aquí
visit-move-hint = Todos los que participan reciben un correo con la hora nueva.
visit-moved-done = Movida. Los correos salen ahora.
visit-cancel = Cancelar visita
visit-cancel-sure = ¿Cancelar esta visita? Quien recibió el aviso recibe un correo.
visit-cancel-why = ¿Por qué?
visit-cancel-yes = Sí, cancelar la visita
visit-cancelled-done = Cancelada. Los correos salen ahora.
visit-cancelled-soon = Cancelada. Los correos salen en un minuto.
visit-undo = Deshacer
visit-undo-left =
    { $count ->
        [one] Aún no salió ningún correo. Puedes deshacerlo { $count } segundo más.
       *[other] Aún no salió ningún correo. Puedes deshacerlo { $count } segundos más.
    }
visit-undone = La visita sigue en pie. No salió ningún correo.
visit-undo-taken = Esa hora ya no está libre. La visita sigue cancelada.
visit-undo-late = Ya es tarde para deshacerlo. Los correos salen ahora.

## Visitas que se repiten
repeats = Se repite
repeats-never = Nunca
repeats-week = Cada semana
repeats-fortnight = Cada dos semanas
repeats-month = Cada mes, { $day }
repeats-same-day = el mismo día de la semana
repeats-nth =
    { $nth ->
        [1] el primer { $day }
        [2] el segundo { $day }
        [3] el tercer { $day }
        [4] el cuarto { $day }
        [5] el quinto { $day }
       *[other] el último { $day }
    }
repeats-ends = Termina
repeats-ends-count = después de varias visitas
repeats-ends-day = un día
repeats-count = Número de visitas
repeats-last = Último día
repeats-hint = Ahora se reserva medio año. El resto sigue semana a semana.
repeats-days =
    { $count ->
        [1] cada día
       *[other] cada { $count } días
    }
repeats-weeks =
    { $count ->
        [1] cada semana
        [2] cada dos semanas
       *[other] cada { $count } semanas
    }
repeats-months =
    { $count ->
        [1] cada mes
        [2] cada dos meses
       *[other] cada { $count } meses
    }
repeats-on = { $how }, { $days }
visit-repeats = Se repite { $how }
series-book-go = Reservar estas visitas
gaps =
    { $count ->
        [one] No se pudo reservar { $count } fecha de una serie
       *[other] No se pudieron reservar { $count } fechas de series
    }
gap-book = Reservar otra hora
gap-instead = En lugar de { $time }, que no se pudo reservar.
series-mails = Todos los que participan reciben un correo con las fechas, y avisos antes de cada visita.
series-booked =
    { $count ->
        [one] Una visita reservada.
       *[other] { $count } visitas reservadas.
    }
series-booked-some =
    { $count ->
        [one] Una visita reservada, { $left } sin reservar.
       *[other] { $count } visitas reservadas, { $left } sin reservar.
    }
conflicts =
    { $count ->
        [one] Una visita no puede ser a su hora
       *[other] { $count } visitas no pueden ser a su hora
    }
conflict-free = Libre: { $times }
conflicts-book = Reservar las demás
conflicts-move = Mover las demás
scope = ¿Qué visitas?
scope-this = Solo esta visita
scope-later = Esta y las siguientes
scope-all = Todas
scope-move-hint = Las demás se mueven los mismos días, a la misma hora. Una visita que se movió sola se queda.
scope-cancel-hint = Después no se reservan más de estas visitas. No se puede deshacer.
series-cancel-yes = Sí, cancelar estas visitas
task-series = Una visita de { $name } que se repite no se pudo reservar
task-series-why = Busca otra hora en la página del cliente.

## Enlaces con los que un cliente elige una hora
booking-links = Enlaces para elegir una hora
booking-links-intro = Con un enlace el cliente reserva una visita, sin entrar.
booking-links-none = Todavía no hay ningún enlace.
booking-link-make = Hacer un enlace
booking-link-title = Un enlace para elegir una hora
booking-link-from = Primer día
booking-link-until = Último día
booking-link-valid = Cuánto tiempo sirve el enlace
booking-link-days =
    { $count ->
        [one] { $count } día
       *[other] { $count } días
    }
booking-link-workers = ¿Quién puede hacer la visita?
booking-link-workers-hint = No elijas a nadie si eres solo tú.
booking-link-mail = Enviarlo también por correo
booking-link-mail-hint = Va a la dirección de correo del cliente, cuando esté confirmada.
booking-link-go = Hacer este enlace
booking-link-made-done = El enlace está hecho.
booking-link-made = Copia el enlace ahora
booking-link-secret = Solo se muestra esta vez. Quien lo tenga puede reservar por el cliente.
booking-link-copy = Copiar el enlace
booking-link-copied = Copiado
booking-link-mail-waits = El correo aún no ha salido. Espera a que el cliente confirme su dirección de correo.
booking-link-mailed = Enviado también por correo
booking-link-open = Sirve hasta { $time }
booking-link-used = Con él se reservó una visita
booking-link-expired = Muy viejo
booking-link-revoked = Retirado
booking-link-void = Ya no sirve
booking-link-revoke = Retirarlo
booking-link-revoke-sure = ¿Retirar este enlace? Ya no va a servir.
booking-link-revoke-yes = Sí, retirarlo
booking-link-revoked-done = El enlace ya no sirve.

## El calendario y lo que hay que hacer
calendar-day = Día
calendar-week = Semana
calendar-view = Día o semana
calendar-steps = Otros días
calendar-day-before = Día anterior
calendar-day-after = Día siguiente
calendar-week-before = Semana anterior
calendar-week-after = Semana siguiente
calendar-back = Volver al calendario
calendar-jump = Ir al
calendar-none = Sin visitas
calendar-shape = Lista o cuadrícula
calendar-list = Lista
calendar-grid = Cuadrícula
calendar-print = Imprimir
grid-title = Visitas por hora
grid-hint = Arrastra una visita para moverla. Con el dedo: mantenla pulsada hasta que se mueva. Con el teclado: ve a una visita y pulsa M.
grid-key = Pulsa M para moverla.
grid-open = Con horas para visitas:
grid-moving = Mover la visita con { $name }
grid-keys = Flechas: 15 minutos o un día. Intro: seguir. Escape: dejarla como estaba.
grid-to = Hora nueva: { $time }
grid-earlier = 15 minutos antes
grid-later = 15 minutos después
grid-go = Seguir con esta hora
grid-back = Dejarla como estaba
grid-back-done = Queda como estaba: { $time }
grid-was = De { $from } a { $to }
sheet-day = Mi día
sheet-week = Mi semana
sheet-place = Lugar o teléfono
sheet-notes = Notas
sheet-keep = Esta hoja nombra a personas. Llévala contigo y destrúyela al terminar.
todo = Por hacer ({ $count })
todo-go =
    { $count ->
        [one] { $count } cosa por hacer
       *[other] { $count } cosas por hacer
    }
todo-none = Nada te espera.
todo-all = Ver todo ({ $count })
todo-fewer = Ver menos
task-asked = { $name } necesita otra hora
task-called-off = { $name } canceló una visita
task-declined = { $name } no puede ir
task-unreachable = Los correos no llegan a { $name }
task-unreachable-why = Un correo volvió o no se pudo enviar a tiempo. Llama y pide una dirección de correo que funcione.
task-outside-hours = Ningún correo puede avisar a tiempo a { $name }
task-outside-hours-why = Se reservó, movió o canceló una visita, y un correo llegaría fuera de sus horas seguras. Avisa de otra forma que sea segura.
task-no-address = Llama a { $name }: ningún correo pudo avisar
task-no-address-why = Se reservó, movió o canceló una visita, y ninguna dirección de correo suya funciona o está confirmada. Todavía no lo sabe.
task-unconfirmed = { $name } no ha confirmado su dirección de correo
task-unconfirmed-why = Un correo preguntó allí si la dirección es correcta, y nadie contestó en una semana. No llega ningún otro correo. Pregúntale si es correcta.
task-device-idle = { $name } no usa un aparato desde hace 90 días
task-outcome = ¿Cómo fue la visita con { $name }?
task-clocks = La visita con { $name } ahora coincide con otra
task-clocks-why = Cambiaron las reglas de la hora. Mueve una de las dos.
task-wrote = { $name } respondió por correo: abre el buzón
task-no-show = { $name } no vino
task-no-show-why = Si le llegan los correos, a la mañana siguiente sale uno neutral. No dice que faltó a una visita.
task-call = Por favor, llama a { $name }
task-call-why = No vino. No se le envía ningún correo por eso.
outage-banner = { $count ->
    [one] Una persona no recibió aviso de una visita, porque el servidor estuvo parado.
   *[other] { $count } personas no recibieron aviso de una visita, porque el servidor estuvo parado.
}
outage-banner-see = Ver a quién llamar
address-banner = Los correos no te llegan. Por eso ninguno te avisa de tu día ni de los mensajes que esperan.
address-banner-see = Ver tu dirección de correo
jobs-open = Trabajos del servidor
task-device-why = Puede estar en el hospital, en la cárcel o sin luz. Pregunta antes de quitar el aparato: hasta entonces, quien lo tenga puede leer los círculos.
task-device-seen = Último uso: { $time }
task-device-keep = Todavía lo tiene
task-device-remove = Quitar el aparato
task-assigned = { $name } ya es tu cliente: ponte en contacto
task-visit-left = Una visita sigue reservada con { $name }
task-visit-left-why = { $name } no seguirá con este cliente. Toma la visita o cancélala.
task-offered = { $name } te ofrece un cliente
task-taken = { $name } aceptó a un cliente: añade a esta persona a los círculos
task-refused = { $name } rechazó a un cliente
task-late = { $name } no respondió a tu oferta
task-offered-open = Ver la oferta
task-visit = Visita: { $time }
task-client = Cliente:
task-go-see = Ver la visita
task-go-move = Buscar otra hora
task-go-close = Decir cómo fue
task-since = desde { $time }
task-done = Hecho

## Tipos de visitas
visit-types = Tipos de visitas
visit-types-intro = Se ofrecen al reservar una visita. Lo que ya está reservado queda como está.
visit-types-none = Aún no se ofrece ninguno. De todos modos se pueden reservar visitas.
visit-type-add = Añadir un tipo de visita
visit-type-change = Cambiar
visit-type-end = Dejar de ofrecer
visit-type-end-sure = ¿Dejar de ofrecer este tipo? Las visitas reservadas siguen.
visit-type-end-yes = Sí, dejar de ofrecerlo
visit-type-ended = Ya no se ofrece.
visit-type-saved = Guardado: { $name }.
visit-type-name = Nombre
visit-type-minutes = Cuánto dura, en minutos
visit-type-before = Tiempo libre antes, en minutos
visit-type-after = Tiempo libre después, en minutos
visit-type-travel = El camino de ida, en minutos
visit-type-ahead = Como mucho tantos días antes
visit-type-notice = Al menos tantas horas antes
visit-type-per-day = Como mucho tantas al día
visit-type-per-day-hint = Por cada trabajador. Deja esto vacío para todas las que quepan.
visit-type-way = { $count } min de camino
visit-type-cap = como mucho { $count } al día

## Cuándo se puede reservar con alguien del personal
hours-title = Mi horario de visitas
hours-intro = Las horas libres se buscan dentro de este horario. Lo que ya está reservado queda reservado.
hours-zone-hint = El reloj que vale para este horario. Escribe una ciudad y elige de la lista.
hours-week = Cada semana
hours-closed = Sin horas
hours-from = De
hours-until = a
hours-add = Añadir horas
hours-remove = Quitar { $day }, de { $from } a { $until }
hours-copy = De martes a viernes como el lunes
hours-others = Otros días
hours-others-hint = En estas fechas vale el horario de aquí. Una fecha sin horas está cerrada.
hours-date = Fecha
hours-add-date = Añadir una fecha
hours-remove-date = Quitar esta fecha
hours-closed-all-day = Cerrado todo el día
hours-save = Guardar el horario
hours-saved = Guardado.
hours-backwards = Estas horas deben terminar después de empezar.
hours-twice = Esta fecha ya está en la lista.
hours-outside =
    { $count ->
        [one] { $count } visita reservada queda fuera de este horario. Muévela si no debe ser así.
       *[other] { $count } visitas reservadas quedan fuera de este horario. Muévelas si no debe ser así.
    }

## Los días en que la agencia está cerrada
closures = Días cerrados
closures-intro = En estos días no se puede reservar con nadie. Lo que ya está reservado queda reservado.
closures-none = Aún no hay días en la lista.
closures-full = La lista está llena. Quita antes algunos días.
closure-add = Añadir días
closure-name = ¿Qué es?
closure-name-hint = Por ejemplo, Acción de Gracias. Solo lo ve el personal.
closure-from = Primer día
closure-until = Último día
closure-saved = Guardado: { $name }.
closure-booked =
    { $count ->
        [one] { $count } visita está reservada en estos días. Sigue ahí hasta que alguien la mueva.
       *[other] { $count } visitas están reservadas en estos días. Siguen ahí hasta que alguien las mueva.
    }
closure-booked-hint = Quien lleva cada caso encuentra las suyas en «Mi horario de visitas».
closure-end = Quitar de la lista
closure-end-sure = ¿Se pueden volver a reservar visitas en estos días?
closure-end-yes = Sí, quitar
closure-ended = En estos días se pueden volver a reservar visitas.
closures-here = La agencia está cerrada
closures-here-hint = En estos días no tienes horas. ¿Vas a trabajar de todos modos? Añade arriba la fecha con sus horas.
closure-yours =
    { $count ->
        [one] { $count } de tus visitas está reservada entonces.
       *[other] { $count } de tus visitas están reservadas entonces.
    }
closure-see = Ver en el calendario

## Lo que pueden decir los correos
settings-mails = Correos para ti
mail-address = Dirección de correo
mail-address-hint = Deja esto vacío para no recibir correos.
address-unconfirmed = Todavía sin confirmar
address-unconfirmed-why = Un correo pregunta allí si la dirección es correcta. Hasta que alguien toque el botón, no llega ningún otro correo.
address-asked = Última pregunta: { $time }
address-ask = Enviar el correo otra vez
address-wait = El correo está en camino o hoy ya se envió bastantes veces. Ahora no se puede enviar otra vez.
address-disowned = Quien lee los correos de esta dirección dice que es de otra persona. Allí no llega nada más. Revisa la dirección y cámbiala.
address-refused = Los correos a esta dirección vuelven. Revisa la dirección y cámbiala.
address-refused-again = ¿Es correcta? Entonces prueba otra vez: un correo pregunta allí de nuevo, y los demás llegan cuando alguien contesta.
phone-number = Número de teléfono
phone-number-hint = Para que la agencia pueda llamarte. Nunca aparece en un correo. Deja esto vacío para quitarlo.
phone-number-theirs = Para llamar. Se guarda bajo llave y nunca aparece en un correo. Deja esto vacío para quitarlo.
phone-add = Añadir un número de teléfono
phone-change = Cambiar el número de teléfono
phone-keep = Guardar este número
phone-call = Llamar a { $name }
settings-phone = Llamadas para ti
mail-language = Idioma de los correos
mail-zone-hint = Las horas se dicen en esta zona. Escribe una ciudad y elige de la lista.
mail-which = Qué enviar
mail-reminders = Avisos antes de una visita
mail-reminders-hint = Si hay una visita nueva, movida o cancelada, el correo llega siempre.
mail-confirmed = También antes de una visita confirmada
mail-confirmed-hint = Sin esto, después de un sí ya no llegan avisos.
mail-calendar = Un archivo de calendario con cada visita
mail-calendar-hint = Pone la visita en el calendario del teléfono. Quien ve ese calendario la ve también. Si los correos solo dicen que hay algo nuevo, no llega ninguno.
mail-unread = Cuando espera un mensaje
mail-unread-hint = Dice «Tiene una novedad», con un enlace. Sin nombres y sin nada del mensaje. Llega cuando nadie entró en diez minutos, como mucho una vez cada cuatro horas. De noche llega solo si el mensaje es urgente. El personal recibe un correo cada mañana de trabajo.
mail-safe = ¿Cuándo pueden llegar los correos?
mail-safe-hint = Elige un horario si otra persona podría leer los correos a otras horas.
mail-safe-any = A cualquier hora
mail-safe-any-hint = Los avisos nunca llegan de noche.
mail-safe-between = Solo entre
mail-safe-between-hint = Fuera de este horario no llega ningún correo, ni siquiera uno urgente. Si una novedad llegaría tarde por correo, se pide al personal que avise de otra forma.
mail-safe-from = De
mail-safe-until = a
mail-safe-short = Elige al menos dos horas de un mismo día, primero la hora más temprana.
disclosure = ¿Qué pueden decir los correos?
disclosure-update = Solo que hay algo nuevo
disclosure-update-hint = «Tiene una novedad», con un enlace a la página donde entras. Sin día, sin hora y sin archivo de calendario.
disclosure-times = Día y hora
disclosure-times-hint = Sin nombres y sin decir de qué se trata.
disclosure-details = Más detalles
disclosure-details-hint = También el nombre de quien lleva el caso, adónde ir y el enlace de la reunión. Quien lea el correo los ve.

## El calendario en otro programa
settings-feed = El calendario en otro programa
feed-intro = Outlook, Google o tu teléfono pueden mostrar cuándo no estás libre. Solo ven horas: ni nombres, ni lugares, ni qué tipo de visita es.
feed-none = Ahora no hay ningún enlace.
feed-make = Hacer el enlace
feed-link = Copia el enlace ahora
feed-secret = Solo se muestra esta vez. Quien lo tenga puede ver cuándo no estás libre. No muestra nombres.
feed-how = En el otro programa, añade un calendario por su enlace y pega este. Después el programa busca las novedades por sí mismo, algunos solo una vez al día.
feed-since = Hay un enlace desde { $time }.
feed-replace = Hacer un enlace nuevo
feed-replace-sure = El enlace que tienes ahora deja de servir enseguida. Hazlo si alguien lo vio. Después pega el nuevo en el otro programa.
feed-replace-yes = Sí, hacer uno nuevo
feed-end = Terminar el enlace
feed-end-sure = El otro programa ya no recibirá novedades. Quita también allí el calendario.
feed-end-yes = Sí, terminarlo
feed-made-done = El enlace está hecho.
feed-ended-done = El enlace ya no sirve.

## Por qué hubo un correo de que esperan mensajes, y por qué no
update-mails = Correos cuando espera un mensaje
update-mails-none = Ninguno hasta ahora.
update-mail-planned = Se enviará si el mensaje todavía espera entonces.
update-mail-leased = En camino.
update-mail-sent = Enviado.
update-mail-skipped = No se envió.
update-mail-failed = No se pudo enviar.
update-mail-read = No se envió: ya no esperaba nada.
update-mail-seen = No se envió: la persona había entrado.
update-mail-told = No se envió: otro correo ya lo dijo.
update-mail-no-right = No se envió: la persona ya no lo puede leer.
update-mail-unwanted = No se envió: la persona no quiere estos correos.
update-mail-no-address = No se envió: no hay una dirección de correo que funcione.
update-mail-unconfirmed = No se envió: la dirección de correo todavía no está confirmada.
update-mail-too-late = No se envió: era demasiado tarde.
update-mail-outside-hours = No se envió: habría llegado fuera de sus horas seguras.
update-mail-address-refused = No se pudo enviar: la dirección de correo no funciona.

# Settings, and other words that are seen once somebody is in.
settings-look = Cómo se ve
settings-who = Tú
settings-me = { $name } · { $role } · { $agency }
theme = Claro u oscuro
theme-system = Como este aparato
theme-light = Claro
theme-dark = Oscuro
text-size = Tamaño del texto
sign-out = Salir
sign-out-others = Cerrar sesión en los demás aparatos
sign-out-others-sure = ¿Cerrar sesión en todos tus otros aparatos? Siguen siendo tuyos. Puedes entrar allí otra vez.
sign-out-others-yes = Sí, cerrar allí
sign-out-others-done = La sesión está cerrada en los demás aparatos.
away-title = ¿Sigues ahí?
away-body = Hace un rato que nadie usa esta página. La sesión se cerrará en menos de un minuto, para que nadie más lea lo que hay aquí. Se perderá lo que escribiste y no enviaste.
away-stay = Seguir con la sesión abierta
away-go = Salir ahora
away-why = La sesión se cerró porque no hubo nadie aquí durante { $minutes } minutos.
sign-out-hint = Tus mensajes quedan en este aparato, bajo llave. Se abren otra vez cuando vuelves a entrar.
settings-passkeys-hint = Una llave de acceso vive en tu teléfono o computadora. Solo tú puedes usarla. También sirve una contraseña.
today = Hoy
opens-new-tab = (se abre en otra pestaña)
circles-none-staff = Aún no estás en un círculo.
members-count =
    { $count ->
        [one] { $count } persona
       *[other] { $count } personas
    }
back-to-conversation = Volver a los mensajes
circle-unknown = Este círculo no está aquí
circle-unknown-why = Quizá ya no estás en él. Si te sorprende, llama a tu agencia.
back-to-messages = Volver a tus círculos
choose-circle = Elige un círculo para leer sus mensajes.
messages-older = Ver mensajes anteriores
messages-beginning = Aquí empiezan tus mensajes.
messages-failed = No se pudieron leer tus mensajes en este aparato. Cierra todas las pestañas y prueba otra vez.
not-verified = Sin comprobar
