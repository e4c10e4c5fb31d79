# Con qué entra alguien: contraseña, aplicación de códigos, llaves de acceso. Se carga cuando hace falta.

## Llaves de acceso
passkey-make = Crear una llave de acceso
passkey-add = Agregar una llave de acceso
passkey-since = Llave de acceso, desde el { $day }
passkey-end = Quitar
passkey-end-sure = ¿Quitar esta llave? Ya no podrás entrar con ella.
passkey-end-not = Dejarla
ways-none = Todavía no tienes con qué entrar.

## La primera vez
unproved-title = Un paso más
unproved-body = Crea una llave de acceso. Con ella abres de nuevo tus mensajes: con tu dedo, tu cara o el código de tu aparato. No hace falta contraseña.
unproved-have = Ya tengo una llave de acceso
unproved-password = Mejor con contraseña
unproved-have-password = Ya tengo contraseña

## Una contraseña
password-name = Tu nombre para entrar
password-of = Nombre para entrar: { $login }
password-label = Contraseña
password-new = Contraseña nueva
password-see = Mostrar lo que escribo
password-hint = Usa 12 letras o más. Cuatro palabras sencillas están bien.
login-hint = Tú lo eliges. Usa de la a a la z, números y . - _ @ +
password-go = Entrar
password-save = Guardar contraseña
password-back = Volver
password-add = Poner una contraseña
password-change = Cambiar la contraseña
password-since = Contraseña de { $login }, desde el { $day }
password-end-sure = ¿Quitar esta contraseña? Ya no podrás entrar con ella.
password-staff = El personal necesita además una aplicación de códigos o una llave de acceso.
password-busy = Un momento. Los teléfonos viejos tardan unos segundos.
password-wrong = El nombre o la contraseña no es correcto. Prueba otra vez, por favor.
password-late = Tardó demasiado. Empieza otra vez, por favor.
password-short = Esta contraseña es muy corta. Usa 12 letras o más.
password-simple = Esta contraseña es muy fácil de adivinar. Usa cuatro palabras sencillas.
login-taken = Otra persona tiene este nombre. Elige otro, por favor.
login-invalid = Para el nombre usa de la a a la z, números y . - _ @ +. Son tres o más.

## Una aplicación de códigos
code-label = Código de tu aplicación
code-hint = Seis números. La aplicación muestra otros cada medio minuto.
code-go = Usar este código
code-wrong = Este código no sirvió. Espera el siguiente y prueba otra vez.
code-app-add = Agregar una aplicación de códigos
code-app-change = Cambiar la aplicación de códigos
code-app-since = Aplicación de códigos, desde el { $day }
code-app-end-sure = ¿Quitar esta aplicación? Sus códigos ya no servirán.
code-app-intro = Una aplicación en tu teléfono muestra seis números. Los escribes después de tu contraseña.
code-app-begin = Mostrar el código cuadrado
code-app-scan = Abre tu aplicación de códigos y escanea esto.
code-app-square = Código cuadrado para tu aplicación
code-app-here = Mi aplicación está en este aparato
code-app-type = O escribe esto en la aplicación:
code-app-save = Agregar esta aplicación

## Para estar seguros
again-intro = Muestra que eres tú, por favor. Después seguimos.
again-passkey = Mostrar mi llave de acceso
again-password = Usar mi contraseña
