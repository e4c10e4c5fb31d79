### Lo que la gente lee en un círculo y a su alrededor: qué pasó, qué va mal y qué hacer, hasta dónde
### llegaron los demás. Palabras sencillas: para lectores de doce años. Se carga después de entrar.

## La entrada
joining = Trayendo tus círculos: { $done } de { $of }
joining-hint = Ya puedes usar lo que está aquí.
joined-all = Todos tus círculos están aquí.
new-device-asks = Un aparato nuevo quiere entrar como tú.
new-device-look = Verlo
new-code-waits = Tu código de recuperación nuevo espera a que lo escribas.
new-code-look = Mostrarlo
settings-devices = Aparatos y recuperación
settings-devices-hint = Qué teléfonos y computadoras pueden leer tus mensajes, y cómo vuelves a entrar si pierdes uno.
settings-devices-open = Tus aparatos
settings-code-open = Código de recuperación
settings-access = Quién ha mirado mi expediente
settings-access-hint = Mira quién abrió algo tuyo, y cuándo.
settings-audit = Quién vio qué
settings-audit-hint = Pregunta quién vio a una persona o qué hizo alguien.
settings-access-open = Abrir la lista

## Lo que pasó en un círculo
note-removed =
    { $count ->
        [one] { $by } quitó el acceso a { $names }
       *[other] { $by } quitó el acceso a { $names }
    }
note-removed-mine =
    { $count ->
        [one] Quitaste el acceso a { $names }
       *[other] Quitaste el acceso a { $names }
    }
note-ended = Se terminó el acceso de { $names }
note-removed-took = después de { $time }
note-key-changed = Llaves nuevas de { $name }. Ya sin comprobar.
note-key-changed-mine = Tus llaves cambiaron. Los demás te ven sin comprobar hasta que se vean.
note-reset = { $name } empezó de nuevo este círculo. Aún puedes leer lo anterior.
note-reset-mine = Empezaste de nuevo este círculo. Aún puedes leer lo anterior.
note-kept = { $name } activó el historial. Desde aquí, los mensajes se guardan para aparatos nuevos.
note-kept-mine = Activaste el historial. Desde aquí, los mensajes se guardan para aparatos nuevos.
note-unkept = { $name } desactivó el historial. Desde aquí, un aparato nuevo empieza vacío.
note-unkept-mine = Desactivaste el historial. Desde aquí, un aparato nuevo empieza vacío.
note-not-kept = A este aparato no le llegó un mensaje. El historial estaba desactivado, así que no se guardó. Pide a quien escribió entonces que lo envíe otra vez.
note-ack = { $name } se ocupa
note-ack-mine = Tú te ocupas

## Mensajes anteriores
history-coming = Los mensajes anteriores están en camino. Llegan primero los más nuevos.
history-lost = Algunos mensajes anteriores no se pueden leer en este aparato: ya no existen sus claves. Todo lo nuevo llega como siempre. Quien lleva tu caso puede contarte lo que se dijo.
history-not-yet = Los mensajes anteriores aún no están aquí. Abre carecircle una vez en otro aparato tuyo. Si no tienes otro, pregunta a quien lleva tu caso.

## Si se guardan
keep-title = Mensajes anteriores
keep-on = Los mensajes de esta conversación se guardan. Un aparato nuevo de alguien que está en ella puede leerlos.
keep-off = Esta conversación no guarda historial. Un aparato nuevo empieza vacío.
keep-doing = Un momento. Se está cambiando para todos en el círculo…
keep-stop = No guardar historial
keep-stop-sure = ¿No guardar historial desde ahora?
keep-stop-loses = Si alguien pierde su teléfono, los mensajes anteriores se pierden.
keep-stop-gains = Quien entre más tarde en un teléfono encuentra menos.
keep-stop-before = Lo que se escribió antes queda como está.
keep-stop-yes = Sí, no guardar nada
keep-start = Guardar historial
keep-start-sure = ¿Guardar historial desde ahora?
keep-start-gains = Un teléfono nuevo puede leer lo que se escriba desde ahora.
keep-start-loses = Quien entre más tarde en un teléfono encuentra más.
keep-start-before = Lo que se escribió mientras no se guardaba no vuelve.
keep-start-yes = Sí, guardarlo

## Lo que va mal y qué hacer
circle-rejoining = Este aparato se quedó atrás aquí. Vuelve a entrar solo. Lo que escribas espera y sale entonces.
circle-rejoining-short = Volviendo a entrar
circle-old-copy = Este aparato despertó con datos viejos. Vuelve a entrar solo con llaves nuevas. Lo que escribas espera y sale entonces.
circle-old-copy-short = Volviendo a entrar
circle-clock = El reloj de este aparato está mal y no se pueden comprobar los mensajes. Este aparato dice: { $time }.
circle-clock-do = Abre los ajustes de tu aparato, busca «Fecha y hora» y activa la hora automática. Después este círculo vuelve solo.
circle-clock-short = Revisa tu reloj
circle-reset = Este círculo ya no funciona para varias personas. Alguien de la agencia debe empezarlo de nuevo. Aún puedes leer lo anterior.
circle-reset-short = Hay que empezar de nuevo
circle-recovering = La computadora de la agencia se reparó y perdió parte de lo que se envió aquí. Alguien de la agencia debe empezar de nuevo este círculo. Aún puedes leer lo anterior.
circle-recovering-short = Hay que empezar de nuevo
circle-told = Quien lleva tu caso ya lo sabe. No tienes que hacer nada.
circle-begin = Empezar de nuevo
circle-begin-sure = ¿Empezar de nuevo este círculo? Todos siguen en él. Los mensajes que esperan salen entonces.
circle-begin-yes = Sí, empezar de nuevo
circle-security = Llegó aquí algo que nunca debería llegar. No se envió ni se mostró nada. Llama a tu agencia, por favor.
circle-security-short = En pausa por seguridad
circle-leave = Salir y volver a entrar
circle-leave-sure = ¿Salir de este círculo y volver a entrar con llaves nuevas? Hazlo solo después de hablar con tu agencia.
circle-leave-yes = Sí, salir y volver
circle-new-key = { $name } volvió con llaves nuevas. Eso pasa cuando se pierden todos los aparatos y el código de recuperación.
circle-new-key-wait = Hasta que hayas comparado los números, { $name } no puede leer mensajes nuevos aquí.
circle-new-key-short = Llaves nuevas: ¿es quien dice?
circle-removing = Un momento: alguien está saliendo. Lo que escribas espera hasta entonces.

## Miembros
member-new-key = Llaves nuevas, sin comprobar
verified-by = Comprobado en persona por { $name } el { $day }
verified-by-me = Lo comprobaste en persona el { $day }
member-number = Número de seguridad
member-check = Comprobar en persona
safety-own = Tu número de seguridad
safety-own-what = Cuando te encuentres con alguien de tus círculos, quizá te lo pida. No es ningún secreto.
verify-how = Compara este número con el de la pantalla de { $name }, cara a cara. Allí está en Ajustes, «Aparatos y recuperación».
verify-number = Número de seguridad de { $name }
verify-question = ¿Son iguales los dos números?
verify-same = Sí, son iguales
verify-differs = No, son distintos
verify-doing = Un momento. Se anota para todas las personas del círculo…
verify-warn = Entonces puede que no sea { $name }. No escribas nada privado aquí. Avisa ahora a tu agencia.
verify-again = Mirar el número otra vez
verify-gone = Ese número ya no vale. Compara otra vez, por favor.

## Llaves nuevas, en persona
new-keys-go = Llaves nuevas, en persona
new-keys-title = Llaves nuevas para { $name }

## Ya no está aquí
left-circle = Ya no estás en el círculo «{ $title }». No recibes más mensajes de él.

## Escribir, leer, responder
compose-urgency = ¿Para cuándo?
urgency-title = ¿Para cuándo necesitas respuesta?
urgency-routine = Cuando haya tiempo
urgency-urgent = Urgente
urgency-urgent-hint = Se avisa una y otra vez hasta que alguien dice: me ocupo.
urgency-crisis = Crisis
urgency-crisis-hint = Lo mismo, y más rápido. Esto no llama al 911 ni al 988. En peligro, llama primero.
urgency-back = Ya no es urgente
urgency-seen = La computadora de la agencia ve que un mensaje es urgente, pero nunca sus palabras.
compose-urgent = Sale como urgente
compose-crisis = Sale como crisis
crisis = Crisis
ack-go = Me ocupo
ack-go-label = Me ocupo: { $text }
ack-by = Se ocupa: { $names }
ack-by-me = Te ocupas tú
ack-failed = Eso no se guardó. Prueba otra vez, por favor.
read-by = Leído por { $names }
writing =
    { $count ->
        [one] { $names } está escribiendo…
       *[other] { $names } están escribiendo…
    }
announce-urgent = Mensaje urgente de { $name }: { $text }

## Después de retirar un consentimiento
leaving-now = { $name } está saliendo. No se envía nada hasta entonces.
leaving-done = { $name } ya no puede leer mensajes nuevos (hecho en { $time }).

# The message being written, and who reads it.
members-title = Quién está en «{ $title }»
members-intro = Solo estas personas pueden leer los mensajes de este círculo.
not-verified-what = ¿Qué quiere decir «sin comprobar»?
not-verified-means = La agencia dice quién es esta persona. Nadie de este círculo lo comprobó aún cara a cara. Es normal al principio.
not-verified-do = ¿Algo te parece raro? Pregunta a la persona por teléfono antes de escribir cosas privadas.
compose-label = Tu mensaje
compose-placeholder = Escribe un mensaje
compose-hint = Intro envía. Mayúsculas e Intro empieza otra línea.
send-too-long = Este mensaje es muy largo. Envíalo en dos partes, por favor.
send-failed = Este mensaje no se guardó. Tus palabras siguen aquí. Envíalo otra vez, por favor.
offline-promise = No tienes conexión. Tus mensajes esperan aquí y salen solos.
