### Los aparatos de una persona, dejar entrar a uno nuevo y el código de recuperación. Palabras
### sencillas: para lectores de doce años. Se carga solo con estas páginas.

## Mis aparatos
devices-title = Tus aparatos
devices-intro = Entraste en estos teléfonos y computadoras. Cada uno puede leer tus mensajes.
devices-loading = Buscando tus aparatos…
devices-offline = No tienes conexión. Para cambiar algo aquí la necesitas.
device-this = Este aparato
device-other = Otro aparato, añadido el { $date }
device-added = Añadido: { $time }
device-seen = Último uso: { $time }
device-unseen = Aún sin usar
device-out = Cerrar sesión allí
device-out-sure = ¿Cerrar la sesión de este aparato? Ya no podrá leer mensajes nuevos. Puedes añadirlo otra vez después.
device-out-yes = Sí, cerrar la sesión
device-out-doing = Cerrando su sesión en todos tus círculos…
device-out-done = La sesión de ese aparato está cerrada.
device-stolen = Este me lo robaron
device-stolen-sure = ¿Te robaron este aparato o alguien se lo llevó? Entonces hacemos esto:
device-stolen-out = Ese aparato queda fuera para siempre, en todos tus círculos.
device-stolen-keys = Tú recibes llaves nuevas. La gente de tus círculos ve que tus llaves cambiaron. Quizá te llamen para saber si eres tú.
device-stolen-code = Tu código de recuperación viejo ya no sirve. Haz uno nuevo justo después.
device-stolen-yes = Sí, me lo robaron
device-stolen-doing = Creando llaves nuevas y dejando fuera ese aparato…
device-stolen-done = Listo. Ese aparato quedó fuera y tienes llaves nuevas.
device-stolen-next = Ahora haz un código de recuperación nuevo.

## Si se pierde este aparato
backup-title = Si pierdes este aparato
backup-none = No tienes cómo volver por tu cuenta. Quien lleva tu caso tendría que dejarte entrar otra vez, en persona.
backup-none-do = Haz un código de recuperación o añade un segundo aparato. Lo mejor es tener los dos.
backup-code = Puedes volver con tu código de recuperación. Es tu única forma. Si también pierdes el papel, quedas fuera.
backup-code-do = Añade un segundo aparato para estar a salvo.
backup-sibling = Puedes volver con tu otro aparato. Es tu única forma. Si también se pierde, quedas fuera.
backup-sibling-do = Haz un código de recuperación para estar a salvo.
backup-unproven = Tienes dos formas de volver. Todavía comprobamos que sirven. Sigue con conexión un momento, por favor.
backup-safe = Estás a salvo. Tienes dos formas de volver y comprobamos que sirven.
backup-code-make = Hacer un código de recuperación
backup-code-new = Hacer un código de recuperación nuevo

## Añadir un aparato
add-title = Añadir un aparato
add-intro = ¿Tienes otro teléfono o una computadora? Añádelo y podrás leer y escribir allí también.
add-go = Añadir un aparato
add-making = Creando un enlace…
add-how = En el aparato nuevo, apunta con la cámara a este cuadro.
add-qr = Un cuadro con el enlace para tu aparato nuevo
add-or = O abre este enlace en el aparato nuevo:
add-copy = Copiar enlace
add-copied = Copiado
add-until = Este enlace sirve una vez, hasta { $time }.
add-secret = No mandes este enlace a nadie. Quien lo tenga podría pedir entrar como si fueras tú.
add-stop = Parar
add-ended = Este enlace ya no sirve.
add-again = Crear un enlace nuevo
ask-title = Un aparato nuevo quiere entrar
ask-digits = ¿Ves estos números en el aparato nuevo?
ask-warn = Di que sí solo si tienes delante el aparato nuevo y muestra los mismos números.
ask-yes = Sí, déjalo entrar
ask-no = No
ask-letting = Dejándolo entrar…
ask-refusing = Dejándolo fuera…
ask-in = Tu aparato nuevo ya entró. Ahora trae tus círculos él solo.
ask-out = No entró. El enlace ya no sirve.
ask-out-worry = ¿No añadiste tú un aparato? Avisa a quien lleva tu caso.

## En el aparato nuevo
compare-title = Mira tu primer aparato
compare-body = ¿Están allí también estos seis números? Entonces toca «Sí, déjalo entrar» en tu primer aparato.
compare-other = ¿Son otros números? Toca «No» allí y avisa a quien lleva tu caso.
compare-waiting = Esperando a tu primer aparato…
compare-offline = Sin conexión. Seguimos probando. Deja esta página abierta, por favor.

## El código de recuperación
code-title = Código de recuperación
code-what = Un código de recuperación es una llave en papel. Con él recuperas tus mensajes en un aparato nuevo, aunque pierdas todos los demás.
code-who = Quien tenga este código puede leer tus mensajes. No lo muestres a nadie. Nadie de la agencia te lo va a pedir nunca.
code-earlier = Ya tienes un código de recuperación. Si haces uno nuevo, el anterior deja de servir.
code-make = Hacer mi código
code-make-new = Hacer un código nuevo
code-make-sure = ¿Hacer un código nuevo? El papel que tienes ya no abrirá nada.
code-make-yes = Sí, hacer uno nuevo
code-making = Creando tu código…
code-yours = Tu código de recuperación
code-once = Solo lo mostramos ahora. Escríbelo o imprímelo.
code-print = Imprimir
code-written = Ya lo escribí
code-written-done = Bien. Guarda el papel en un lugar seguro de tu casa, no junto a este aparato.
code-sheet-title = Código de recuperación
code-sheet-keep = Guarda este papel en un lugar seguro. No lo muestres a nadie.
code-sheet-use = Para usarlo: abre la página de entrada en un aparato nuevo y elige «Tengo un código de recuperación».
code-sheet-date = Hecho el { $date }. Un código más nuevo anula este.
devices-back = Volver a tus aparatos
settings-back = Volver a los ajustes

## Usar un código de recuperación
recover-title = Usa tu código de recuperación
recover-intro = Escribe el código de tu papel. Da igual si son letras grandes o pequeñas, con espacios o rayas.
recover-label = Código de recuperación
recover-hint = Tiene 26 letras y números.
recover-go = Recuperar mis mensajes
recover-busy = Comprobando tu código…
recover-length =
    { $count ->
        [0] Primero escribe tu código, por favor.
        [one] Esto es solo { $count } letra o número. Un código tiene 26. Mira tu papel, por favor.
       *[other] Esto son { $count } letras y números. Un código tiene 26. Mira tu papel, por favor.
    }
recover-signs = Un código tiene solo letras y números. Este signo no lo es: { $sign }
recover-unknown = Este código no abre nada. Mira cada letra, por favor. Si hiciste un código más nuevo, usa ese.
recover-back = No tengo código

## Cómo le va a este aparato
counters-title = Cómo le va a este aparato
counters-intro = Se cuenta solo en este aparato, nada de esto se envía. Si alguien de la agencia te ayuda, quizá te pida estos números.
counters-undecryptable = Mensajes que no se pudieron leer
counters-resyncs = Veces que este aparato se quedó atrás y volvió a entrar
counters-resets = Círculos que empezaron de nuevo
counters-stale-commits = Cambios que llegaron segundos y se hicieron otra vez
counters-eras = Llaves nuevas para guardar los mensajes de antes
counters-fine = Todo está bien: aquí no se perdió nada.
counters-lost = Algo no se pudo leer. Pide a quien escribió en ese momento que lo envíe otra vez.

## Llaves nuevas, en persona
new-keys-when = Para cuando { $name } perdió todos sus aparatos y no tiene código de recuperación. Hazlo solo mientras { $name } está aquí contigo.
new-keys-back = Volver a la persona
new-keys-sure = ¿Empezar con llaves nuevas para { $name }? Entonces pasa esto:
new-keys-out = Todos los aparatos de { $name } quedan desconectados ahora. Un código de recuperación viejo ya no abre nada.
new-keys-told = En sus círculos todas las personas ven que las llaves cambiaron.
new-keys-yes = Sí, empezar
new-keys-scan = { $name } apunta a este cuadrado con la cámara del teléfono nuevo.
new-keys-square = Un código cuadrado con el enlace para { $name }
new-keys-or = O abrir este enlace en el aparato nuevo:
new-keys-until = Este enlace sirve una vez, hasta las { $time }.
new-keys-waiting = Esperando a que entre { $name }…
new-keys-none = { $name } no está en ningún círculo contigo. No hay nada que comparar.
new-keys-letting = Los números son iguales. { $name } está entrando…
new-keys-done = Listo. { $name } está dentro otra vez, comprobado en persona.
new-keys-used = { $name } ya usó un enlace. Mira en tus círculos para comparar.
