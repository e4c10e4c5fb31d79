### Lo que la gente lee en la web. Palabras sencillas: para lectores de doce años.
### "Círculo" es una conversación privada alrededor de un cliente. Los nombres vienen de la agencia.

## En todas partes
title = carecircle
language = Idioma
skip = Ir a la parte principal
back = Atrás
cancel = Cancelar
go-back = No, volver
save = Guardar
saved = Guardado
today = Hoy
opens-new-tab = (se abre en otra pestaña)
try-again = Probar otra vez
put-away = Cerrar
loading = Un momento…
starting = Abriendo…
you = tú
someone = Alguien
urgent = Urgente

## Para moverse
nav = Menú principal
nav-messages = Mensajes
nav-visits = Visitas
nav-calendar = Calendario
nav-people = Personas
nav-settings = Ajustes
quick-exit = Salir rápido
crisis-call = Llama al 988
crisis-long = ¿Estás en crisis? Llama o escribe al 988, de día o de noche. Es gratis.
crisis-elsewhere = ¿Estás en crisis? Puedes hablar con alguien de día o de noche:

## Entrar con un enlace
sign-in-from = De { $agency }
sign-in-hello = Hola, { $name }
sign-in-role = Entras como: { $role }.
sign-in-promise = Tus mensajes quedan bajo llave en este aparato. Solo los lee la gente de tu círculo. La computadora de la agencia no puede.
sign-in-go = Sí, soy yo
sign-in-not-you = ¿No es tu nombre? Cierra esta página y avisa a tu agencia.
sign-in-making = Creando tus llaves
sign-in-making-body = Tarda unos segundos. Deja esta página abierta, por favor.
sign-in-offline = Sin conexión. Seguimos probando. Deja esta página abierta, por favor.
no-link-title = Abre tu enlace
no-link-body = Necesitas el enlace que te dio tu agencia. Ábrelo en este aparato.
no-link-help = ¿No tienes enlace o ya no sirve? Pide uno nuevo a quien lleva tu caso.
no-link-code = Tengo un código de recuperación
already-title = Ya entraste
already-body = Este navegador es de { $name }. El enlace de otra persona necesita otro navegador u otro aparato.
already-go = Ir a mis mensajes
link-expired-title = Este enlace es muy viejo
link-expired-body = Un enlace sirve por tres días. Pide uno nuevo a quien lleva tu caso.
link-used-title = Este enlace ya se usó
link-used-body = Un enlace sirve una sola vez. Si tú no lo usaste, avisa ahora a quien lleva tu caso. Si lo usaste, vuelve al navegador de la primera vez.
link-unknown-title = No conocemos este enlace
link-unknown-body = Quizá le falta una parte. Ábrelo otra vez desde el mensaje o el papel que te dieron. Si no sirve, pide uno nuevo.
link-gone-title = Este enlace ya no sirve
link-gone-body = Tu primer aparato no dejó entrar a este, o tardó mucho. Crea un enlace nuevo allí: Ajustes, Tus aparatos.
link-taken-title = Otro aparato usó este enlace
link-taken-body = Si no fuiste tú, toca ahora «No» en tu primer aparato y avisa a quien lleva tu caso.
link-forged-title = Paramos por tu seguridad
link-forged-body = Este enlace no es de esta agencia. No se abrió nada. Llama a quien lleva tu caso, por favor.
link-failed-title = No funcionó
link-failed-body = No pudimos llegar a la agencia. Mira tu internet y prueba otra vez. Tu enlace todavía sirve.

## Fuera de sesión, o no puede funcionar
signed-out-title = Saliste
signed-out-body = Tus mensajes siguen en este aparato, bajo llave.
signed-out-go = Abrir mis mensajes
passkey-show = Entrar con una llave de acceso
passkey-shared = Otras personas también usan este aparato
passkey-make = Crear una llave de acceso
passkey-add = Agregar una llave de acceso
passkey-none = No se usó ninguna llave. Prueba otra vez cuando quieras.
passkey-unknown = Este navegador no puede usar llaves de acceso. Usa uno más nuevo, por favor.
passkey-list-none = Todavía no tienes llave de acceso.
passkey-since = Llave de acceso, desde el { $day }
passkey-end = Quitar
passkey-end-sure = ¿Quitar esta llave? Ya no podrás entrar con ella.
passkey-end-not = Dejarla
unproved-title = Un paso más
unproved-body = Crea una llave de acceso. Con ella abres de nuevo tus mensajes: con tu dedo, tu cara o el código de tu aparato. No hace falta contraseña.
unproved-have = Ya tengo una llave de acceso
trouble-step-up = Muestra otra vez tu llave de acceso, por favor.
trouble-passkey = Esta llave de acceso no sirvió aquí.
trouble-passkey-late = Tardó demasiado. Prueba otra vez, por favor.
trouble-passkey-kept = Esta llave ya se usa, o es la única que tienes.
settings-passkeys = Cómo entras
settings-passkeys-hint = Una llave de acceso vive en tu teléfono o computadora. Solo tú puedes usarla.
halted-title = Tuvimos que parar
halted-browser = Este navegador no puede cuidar tus mensajes. Usa uno más nuevo, y no una ventana privada.
halted-unreadable = Tus mensajes están en este aparato pero no se abren. No se borró nada. Cierra todas las pestañas y prueba otra vez. Si no funciona, pregunta a tu agencia.
halted-unwritable = Este aparato no tiene espacio para guardar mensajes. Libera espacio y prueba otra vez.
halted-broken = Algo falló en la aplicación. Tus mensajes están a salvo. Prueba otra vez, por favor.
halted-elsewhere = carecircle está abierto en otra pestaña. Esa pestaña no responde. Ciérrala y vuelve aquí.

## La conexión
link-connecting = Conectando…
link-online = Con conexión
link-offline = Sin conexión
link-signed-out = Fuera de sesión
offline-promise = No tienes conexión. Tus mensajes esperan aquí y salen solos.

## Círculos
circles-title = Tus círculos
circles-none = Aún no estás en un círculo. Pronto te añade quien lleva tu caso. No tienes que hacer nada.
circles-none-staff = Aún no estás en un círculo.
choose-circle = Elige un círculo para leer sus mensajes.
circle-empty = Aún no hay mensajes
circle-unknown = Este círculo no está aquí
circle-unknown-why = Quizá ya no estás en él. Si te sorprende, llama a tu agencia.
back-to-messages = Volver a tus círculos
circle-waiting = Este círculo aún no está abierto. Se abre solo cuando se conecta quien lleva tu caso. No tienes que hacer nada.
circle-waiting-short = Aún no está abierto
circle-stopped = Los mensajes aquí están en pausa. Algo no se veía bien y no se envía nada. Llama a quien lleva tu caso, por favor.
circle-stopped-short = En pausa
preview-mine = Tú: { $text }
preview-theirs = { $name }: { $text }

## Mensajes
messages-label = Mensajes
messages-older = Ver mensajes anteriores
messages-beginning = Aquí empiezan tus mensajes.
messages-failed = No se pudieron leer tus mensajes en este aparato. Cierra todas las pestañas y prueba otra vez.
announce-message = Mensaje nuevo de { $name }: { $text }
state-waiting = en espera
state-sent = enviado
note-joined =
    { $count ->
        [one] { $names } ya puede leer y escribir aquí
       *[other] { $names } ya pueden leer y escribir aquí
    }
note-unreadable = Un mensaje no se pudo leer en este aparato. Pide a quien escribió entonces que lo envíe otra vez.
compose-label = Tu mensaje
compose-placeholder = Escribe un mensaje
compose-hint = Intro envía. Mayúsculas e Intro empieza otra línea.
send = Enviar
send-too-long = Este mensaje es muy largo. Envíalo en dos partes, por favor.
send-failed = Este mensaje no se guardó. Tus palabras siguen aquí. Envíalo otra vez, por favor.

## Quién está en un círculo
members-count =
    { $count ->
        [one] { $count } persona
       *[other] { $count } personas
    }
members-title = Quién está en «{ $title }»
members-intro = Solo estas personas pueden leer los mensajes de este círculo.
back-to-conversation = Volver a los mensajes
member-invited = Con invitación, aún no llegó
member-confirmed = En este círculo
member-left = Salió
verified = Comprobado en persona
not-verified = Sin comprobar
not-verified-what = ¿Qué quiere decir «sin comprobar»?
not-verified-means = La agencia dice quién es esta persona. Nadie de este círculo lo comprobó aún cara a cara. Es normal al principio.
not-verified-do = ¿Algo te parece raro? Pregunta a la persona por teléfono antes de escribir cosas privadas.

## Papeles
role-client = Cliente
role-caregiver = Cuidador o cuidadora
role-case-manager = Gestión de casos
role-supervisor = Supervisión
role-administrator = Administración
role-custodian = Archivo de la agencia

## Personas y permisos, para el personal
caseload = Tus clientes
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
people-failed = No pudimos abrir esta página. Mira tu conexión y prueba otra vez.
consent-none = Aún no hay permiso para { $name }.
consent-first = Anota primero un permiso. Después puedes invitar a { $name } a un círculo nuevo.
consent-record = Anotar un permiso
consent-record-another = Anotar otro permiso
consent-intro = Anotas que { $client } permite que { $name } reciba mensajes. Esto no abre ningún círculo por sí solo.
consent-basis = ¿Cómo lo dio?
basis-verbal = De palabra, en persona o por teléfono
basis-written = Firmado en papel
basis-legal = Tutor u orden de un juez
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
my-staff = Tu equipo en la agencia

## Visitas, como las leen todos
kind-video = Visita por video
kind-phone = Llamada
kind-office = En la oficina
kind-home = En casa
kind-community = En otro lugar
when-zone = Hora de { $city } (UTC{ $offset })
when-there = { $time } en { $city } (UTC{ $offset })
visit-join = Entrar a la visita por video
visit-requested = Pedida
visit-held = Apartada
visit-booked = Confirmada
visit-checked-in = Ya llegó
visit-in-progress = En curso
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
reason-client = El cliente lo pidió
reason-agency = La agencia no puede
reason-mistake = Se anotó por error
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
visit-too-late = Ya es tarde para cambiar esta visita aquí. Llama a quien lleva tu caso, por favor.

## Anotar visitas, para el personal
visit-book = Anotar una visita
visit-book-go = Anotar esta visita
visit-booked-done = Anotada: { $time }. Los correos salen ahora.
visit-kind = ¿Cómo se ven?
visit-day = Día
visit-length = ¿Cuánto dura?
visit-time = Hora
visit-time-hint = Toca una hora libre o escribe una.
visit-zone = Zona horaria
visit-zone-hint = Escribe una ciudad y elige de la lista.
visit-link = Enlace de la reunión
visit-link-hint = De tu programa de video. Empieza con https://
visit-caregivers = ¿Quién más participa?
caregiver-no-consent = El cliente aún no lo permitió.
caregiver-not-covered = El permiso no incluye visitas.
visit-mails = Todos los que participan y tienen correo reciben la hora, y avisos antes.
free-times = Tus horas libres el { $day }
free-times-none = No tienes horas libres este día.
free-times-failed = No pudimos buscar horas libres. Puedes escribir una.
instead =
    { $count ->
        [one] Esta sirve:
       *[other] Estas horas están libres:
    }
visits-none-staff = No hay ninguna visita anotada.
answer-yes = allí estará
answer-no = no puede ir
answer-asked = necesita otra hora
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

## El calendario y lo que hay que hacer
calendar-day = Día
calendar-week = Semana
calendar-view = Día o semana
calendar-steps = Otros días
calendar-day-before = Día anterior
calendar-day-after = Día siguiente
calendar-week-before = Semana anterior
calendar-week-after = Semana siguiente
calendar-jump = Ir al
calendar-none = Sin visitas
todo = Por hacer ({ $count })
todo-none = Nada te espera.
todo-all = Ver todo ({ $count })
todo-fewer = Ver menos
task-asked = { $name } necesita otra hora
task-called-off = { $name } canceló
task-declined = { $name } no puede ir
task-unreachable = Los correos no llegan a { $name }
task-device-idle = { $name } no usa un aparato desde hace 90 días
task-device-why = Puede estar en el hospital, en la cárcel o sin luz. Pregunta antes de quitar el aparato: hasta entonces, quien lo tenga puede leer los círculos.
task-device-seen = Último uso: { $time }
task-device-keep = Todavía lo tiene
task-device-remove = Quitar el aparato
task-visit = Visita: { $time }
task-since = desde { $time }
task-done = Hecho

## Lo que pueden decir los correos
settings-mails = Correos para ti
mail-address = Dirección de correo
mail-address-hint = Deja esto vacío para no recibir correos.
mail-language = Idioma de los correos
mail-zone-hint = Las horas se dicen en esta zona. Escribe una ciudad y elige de la lista.
mail-which = Qué enviar
mail-reminders = Avisos antes de una visita
mail-reminders-hint = Si hay una visita nueva, movida o cancelada, el correo llega siempre.
mail-calendar = Un archivo de calendario con cada visita
mail-calendar-hint = Pone la visita en el calendario del teléfono. Quien ve ese calendario la ve también.
disclosure = ¿Qué pueden decir los correos?
disclosure-update = Solo que hay algo nuevo
disclosure-update-hint = «Tienes una novedad», con un enlace. Sin día ni hora.
disclosure-times = Día y hora
disclosure-times-hint = Sin nombres y sin decir de qué se trata.
disclosure-details = Más detalles
disclosure-details-hint = También el nombre de quien lleva el caso y el enlace de la reunión. Quien lea el correo los ve.

## Ajustes
settings-look = Cómo se ve
settings-who = Tú
settings-me = { $name } · { $role } · { $agency }
theme = Claro u oscuro
theme-system = Como este aparato
theme-light = Claro
theme-dark = Oscuro
text-size = Tamaño del texto
sign-out = Salir
sign-out-hint = Tus mensajes quedan en este aparato, bajo llave.

## Cuando algo no se permite
trouble-not-allowed = No puedes hacer esto.
trouble-consent = El cliente no lo permitió, o lo retiró.
trouble-slot-taken = Esa hora está ocupada.
trouble-not-available = No tienes libre esa hora.
trouble-time-past = Esa hora ya pasó.
trouble-time-gap = Esa hora no existe. Esa noche se adelanta el reloj.
trouble-time = Mira otra vez el día y la hora, por favor.
trouble-zone = No conocemos esta zona horaria. Elige una de la lista, por favor.
trouble-meeting-link = Este enlace no sirve. Tiene que empezar con https://
trouble-email = Esto no es una dirección de correo. Mírala otra vez, por favor.
trouble-visit-changed = Esta visita cambió. Mírala otra vez, por favor.
trouble-visit-over = Esta visita ya pasó o se canceló.
trouble-too-long = Este texto es muy largo.
trouble-signed-out = Estás fuera de sesión. Entra otra vez, por favor.
trouble-slow-down = Fue muy rápido. Espera un minuto y prueba otra vez.
trouble-unreachable = Sin conexión. Prueba otra vez, por favor.
trouble-stopped = Algo no se veía bien y paramos. Llama a tu agencia, por favor.
trouble-other = No funcionó. Prueba otra vez, por favor.
