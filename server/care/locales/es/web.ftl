### Lo que la gente lee en la web. Palabras sencillas: para lectores de doce años.
### "Círculo" es una conversación privada alrededor de un cliente. Los nombres vienen de la agencia.

## En todas partes
people-failed = No pudimos abrir esta página. Mira tu conexión y prueba otra vez.
title = carecircle
language = Idioma
skip = Ir a la parte principal
back = Atrás
cancel = Cancelar
go-back = No, volver
save = Guardar
saved = Guardado
try-again = Probar otra vez
put-away = Cerrar
loading = Un momento…
waiting-long = Esto tarda un momento…
starting = Abriendo…
starting-failed = Aún no se abre
you = tú
someone = Alguien
erased = (borrado)
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
no-link-typed = Tengo un código de mi agencia
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
link-ended-title = Esta invitación terminó
link-ended-body = No te dejaron entrar. Aquí no hay nada tuyo. Pide un código nuevo a quien lleva tu caso.
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
password-use = Entrar con contraseña
passkey-shared = Otras personas también usan este aparato
passkey-none = No se usó ninguna llave. Prueba otra vez cuando quieras.
passkey-unknown = Este navegador no puede usar llaves de acceso. Usa uno más nuevo, por favor.
step-up-why = Muestra otra vez que eres tú. Esto es solo para quien está aquí ahora.
trouble-step-up = Muestra otra vez que eres tú, por favor.
trouble-passkey = Esta llave de acceso no sirvió aquí.
trouble-passkey-late = Tardó demasiado. Prueba otra vez, por favor.
trouble-passkey-kept = Ya se usa, o sin ella no podrías entrar. Agrega otra antes.
settings-passkeys = Cómo entras
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

## Círculos
circles-title = Tus círculos
circles-none = Aún no estás en un círculo. Pronto te añade quien lleva tu caso. No tienes que hacer nada.
circle-empty = Aún no hay mensajes
circle-waiting = Este círculo aún no está abierto. Se abre solo cuando se conecta quien lleva tu caso. No tienes que hacer nada.
circle-waiting-short = Aún no está abierto
circle-stopped = Los mensajes aquí están en pausa. Algo no se veía bien y no se envía nada. Llama a quien lleva tu caso, por favor.
circle-stopped-short = En pausa
preview-mine = Tú: { $text }
preview-theirs = { $name }: { $text }

## Mensajes
messages-label = Mensajes
announce-message = Mensaje nuevo de { $name }: { $text }
state-waiting = en espera
state-sent = enviado
note-joined =
    { $count ->
        [one] { $names } ya puede leer y escribir aquí
       *[other] { $names } ya pueden leer y escribir aquí
    }
note-unreadable = Un mensaje no se pudo leer en este aparato. Pide a quien escribió entonces que lo envíe otra vez.
send = Enviar

## Quién está en un círculo
member-invited = Con invitación, aún no llegó
member-confirmed = En este círculo
member-left = Salió
verified = Comprobado en persona

## Papeles
role-client = Cliente
role-caregiver = Cuidador o cuidadora
role-case-manager = Gestión de casos
role-supervisor = Supervisión
role-administrator = Administración
role-custodian = Archivo de la agencia

## Cuando algo no se permite
basis-verbal = De palabra, en persona o por teléfono
basis-written = Firmado en papel
basis-legal = Tutor u orden de un juez
visit-too-late = Ya es tarde para cambiar esta visita aquí. Llama a quien lleva tu caso, por favor.
trouble-not-confirmed = Quien lleva tu caso todavía no te ha dejado entrar.
trouble-not-allowed = No puedes hacer esto.
trouble-consent = El cliente no lo permitió, o lo retiró.
trouble-slot-taken = Esa hora está ocupada.
trouble-not-available = A esa hora no se puede reservar.
trouble-series = Algunas de estas visitas no pueden ser a su hora.
trouble-rule = Las visitas no se pueden repetir así. Mira cada cuánto y hasta cuándo, por favor.
trouble-time-past = Esa hora ya pasó.
trouble-time-gap = Esa hora no existe. Esa noche se adelanta el reloj.
trouble-time = Mira otra vez el día y la hora, por favor.
trouble-zone = No conocemos esta zona horaria. Elige una de la lista, por favor.
trouble-meeting-link = Este enlace no sirve. Tiene que empezar con https://
trouble-email = Esto no es una dirección de correo. Mírala otra vez, por favor.
trouble-phone = Esto no es un número de teléfono. Tiene de 5 a 15 cifras. Puede llevar espacios, ( ) y -, y un + delante.
trouble-visit-changed = Esta visita cambió. Mírala otra vez, por favor.
trouble-visit-over = Esta visita ya pasó o se canceló.
trouble-too-long = Este texto es muy largo.
trouble-signed-out = Estás fuera de sesión. Entra otra vez, por favor.
trouble-slow-down = Fue muy rápido. Espera un minuto y prueba otra vez.
trouble-unreachable = Sin conexión. Prueba otra vez, por favor.
trouble-stopped = Algo no se veía bien y paramos. Llama a tu agencia, por favor.
trouble-history = El historial no se cambió. Mira cómo está ahora. Cámbialo otra vez si aún quieres.
trouble-other = No funcionó. Prueba otra vez, por favor.
